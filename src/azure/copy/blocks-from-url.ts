import { toBlockOutcome } from './block-outcome.js';
import type { CopyEngine, CopySetup } from './copy-engine.js';
import { copyInBlocks } from './copy-in-blocks.js';
import { pinnedBlockBlob } from './pinned-block-blob.js';

/** The backup account fetches a block blob of any size by itself, many blocks at a time. */
export function createBlocksFromUrl({ backup, source, copySources, options }: CopySetup): CopyEngine {
  const sides = { backup: backup.name, source: source.name };
  return async (request, budget) => {
    const { key, from = key } = request;
    const blob = pinnedBlockBlob(backup, key, request.source.etag);
    const outcome = await copyInBlocks(blob, sides, request, options.serverBlock, budget, async (block) => {
      const { url, ...authorization } = await copySources.grant(from);
      return await toBlockOutcome(sides, () =>
        blob.stageBlockFromURL(block.id, url, block.offset, block.count, {
          ...authorization,
          abortSignal: budget.signal,
        }),
      );
    });
    return { ...outcome, engine: 'blocks-from-url' };
  };
}
