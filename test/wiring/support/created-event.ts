import { randomUUID } from 'node:crypto';

/** Event Grid's event of a blob that was created in the container `photos` of the local source account. */
export function createdEvent(path: string) {
  return {
    topic: '/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/sourceaccount',
    subject: `/blobServices/default/containers/photos/blobs/${path}`,
    eventType: 'Microsoft.Storage.BlobCreated',
    id: randomUUID(),
    eventTime: new Date().toISOString(),
    data: {
      api: 'PutBlob',
      blobType: 'BlockBlob',
      url: `https://sourceaccount.blob.core.windows.net/photos/${path}`,
    },
  };
}
