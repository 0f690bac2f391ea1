import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { BlockBlobClient } from '@azure/storage-blob';
import type { Account } from '../account/connect-account.ts';
import { blobClient } from '../blob/blob-client.ts';
import { createCopyAside } from './copy-aside.ts';
import type { CopyEngine, CopyResult, CopySetup } from './copy-engine.ts';
import { type StageBlock, copyInBlocks, toBlockOutcome } from './copy-in-blocks.ts';
import { refuseUnexpectedSuccess } from './judge-copy.ts';
import type { TimeBudget } from '../../concurrency/deadline.ts';
import { type Etag, etagHeader } from '../../model/etag.ts';
import type { Key } from '../../model/key.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';

/** The backup account fetches a block blob of any size by itself, several blocks at a time. */
export function createBlocksFromUrl(setup: CopySetup): CopyEngine {
  const { backup, source, copySources, options } = setup;
  const sides = { backup: backup.name, source: source.name };
  const copyAside = createCopyAside(setup);

  async function copyInPlace(request: CopyRequest, budget: TimeBudget): Promise<CopyResult> {
    const { key, from = key } = request;
    const blob = pinnedBlockBlob(backup, key, request.source.etag);
    const stage: StageBlock = async (block) => {
      const { url, ...authorization } = await copySources.grant(from);
      return await toBlockOutcome(sides, async () => {
        const fetching = { ...authorization, abortSignal: budget.signal };
        await refuseUnexpectedSuccess(backup.name, () =>
          blob.stageBlockFromURL(block.id, url, block.offset, block.count, fetching),
        );
      });
    };
    const staging = { stage, isProven: false };
    return await copyInBlocks(blob, sides, request, options.serverBlock, budget, staging);
  }

  return async (request, budget) => ({
    ...(await copyAside(request, (wanted) => copyInPlace(wanted, budget))),
    engine: 'blocks-from-url',
  });
}

/**
 * A blob on the backup whose blocks are fetched from one version of the source only. The service supports the
 * condition, but the SDK's `stageBlockFromURL` has no option for it (seen with 12.34), so this client adds
 * the header itself, before the request is signed.
 */
function pinnedBlockBlob(backup: Account, { container, path }: Key, etag: Etag): BlockBlobClient {
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
