import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { BlockBlobClient } from '@azure/storage-blob';
import { type Etag, etagHeader } from '../../model/etag.ts';
import type { Key } from '../../model/key.ts';
import { blobClient } from '../blob-client.ts';
import type { Account } from '../connect-account.ts';

/**
 * A blob on the backup whose blocks are fetched from one version of the source only. The service knows the condition,
 * but the SDK's `stageBlockFromURL` has no option for it (seen with 12.34), so this client adds the header itself,
 * before the request is signed.
 */
export function pinnedBlockBlob(backup: Account, { container, path }: Key, etag: Etag): BlockBlobClient {
  const pipeline = backup.createPipeline(pinSource(etag));
  return new BlockBlobClient(blobClient(backup, { container, path }).url, pipeline);
}

function pinSource(etag: Etag): PipelinePolicy {
  return {
    name: 'blobmirrorPinSource',
    sendRequest: async (request, next) => {
      if (request.headers.has('x-ms-copy-source')) {
        request.headers.set('x-ms-source-if-match', etagHeader(etag));
      }
      return await next(request);
    },
  };
}
