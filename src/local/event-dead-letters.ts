import { BlobServiceClient } from '@azure/storage-blob';

export const EVENT_DEAD_LETTERS = 'eventgrid-dead-letters';

/** Keeps an event that could not be delivered as a blob, in the backup account: whoever lost the queue has not lost that. */
export async function storeDeadLetter(connectionString: string, path: string, body: string): Promise<void> {
  const container =
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient(EVENT_DEAD_LETTERS);
  await container.createIfNotExists();
  await container.getBlockBlobClient(path).upload(body, Buffer.byteLength(body), {
    blobHTTPHeaders: { blobContentType: 'application/json' },
  });
}
