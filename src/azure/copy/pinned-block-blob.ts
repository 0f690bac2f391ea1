import { BlockBlobClient, type RequestPolicyFactory } from '@azure/storage-blob';
import { type Etag, etagHeader } from '../../model/etag.js';
import type { Key } from '../../model/key.js';
import { blobClient } from '../blob-client.js';
import type { Account } from '../connect-account.js';

/**
 * A blob on the backup whose blocks are fetched from one version of the source only. The service knows the condition,
 * but the SDK's `stageBlockFromURL` has no option for it (seen with 12.34), so this client adds the header itself,
 * before the request is signed.
 */
export function pinnedBlockBlob(backup: Account, { container, path }: Key, etag: Etag): BlockBlobClient {
  const pipeline = backup.createPipeline();
  pipeline.factories.push(pinSource(etag));
  return new BlockBlobClient(blobClient(backup, { container, path }).url, pipeline);
}

function pinSource(etag: Etag): RequestPolicyFactory {
  return {
    create: (next) => ({
      sendRequest: async (request) => {
        if (request.headers.get('x-ms-copy-source') !== undefined) {
          request.headers.set('x-ms-source-if-match', etagHeader(etag));
        }
        return await next.sendRequest(request);
      },
    }),
  };
}
