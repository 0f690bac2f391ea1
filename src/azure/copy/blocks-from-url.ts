import type { CopyRequest } from '../../ports/backup-store.ts';
import { toBlockOutcome } from './block-outcome.ts';
import { createCopyAside } from './copy-aside.ts';
import type { CopyEngine, CopyResult, CopySetup } from './copy-engine.ts';
import { copyInBlocks, type StageBlock } from './copy-in-blocks.ts';
import { refuseOtherSuccess } from './not-whole.ts';
import { pinnedBlockBlob } from './pinned-block-blob.ts';
import type { TimeBudget } from './time-budget.ts';

/** The backup account fetches a block blob of any size by itself, many blocks at a time. */
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
        await refuseOtherSuccess(backup.name, () =>
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
