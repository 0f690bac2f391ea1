import { parseEtag } from '../../model/etag.ts';
import type { CanarySource } from '../../ports/canary-source.ts';
import type { Account } from '../account/connect-account.ts';
import { toStorageError } from '../errors/storage-error.ts';
import { sendCreatingContainer } from './blob-client.ts';

/** Writes canaries to the source account. */
export function createAzureCanarySource({ client, name }: Account): CanarySource {
  return {
    write: async ({ container: containerName, path }, text) => {
      const container = client.getContainerClient(containerName);
      try {
        const { etag } = await sendCreatingContainer(
          container,
          async () =>
            await container.getBlockBlobClient(path).upload(text, Buffer.byteLength(text), {
              blobHTTPHeaders: { blobContentType: 'application/json' },
            }),
        );
        return parseEtag(etag);
      } catch (error) {
        throw toStorageError(error, 'write', name);
      }
    },
  };
}
