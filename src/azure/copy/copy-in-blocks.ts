import type { BlockBlobClient } from '@azure/storage-blob';
import { BlobmirrorError } from '../../model/errors.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';
import { serviceCode, toStorageError } from '../storage-error.ts';
import { toBlobHeaders } from '../to-blob-headers.ts';
import type { WriteSides } from '../write-outcome.ts';
import { blocksInTheWay, toBlockOutcome } from './block-outcome.ts';
import { FEWEST_ID_BYTES, ID_BYTES, type PlannedBlock, planBlocks, toBlockSize } from './block-plan.ts';
import type { CopyResult } from './copy-engine.ts';
import type { BlockOptions } from './copy-options.ts';
import { inLanes } from './in-lanes.ts';
import { tagOptions } from './tag-options.ts';
import { NotWhole } from './not-whole.ts';
import type { TimeBudget } from './time-budget.ts';
import { toConditions } from './to-conditions.ts';

/** Brings one block to the backup, uncommitted, its bytes read under the source's ETag. */
export type StageBlock = (block: PlannedBlock, lane: number) => Promise<WriteOutcome>;

/** How blocks come to the backup. */
export interface Staging {
  readonly stage: StageBlock;
  /** Whether the service itself said how long each block is that `stage` brought. Otherwise they are listed once more. */
  readonly isProven: boolean;
}

/**
 * Copies a blob block by block and commits all at once, under the condition on the backup. The blocks that lie there
 * uncommitted are the checkpoint: a call skips those that are done, stages the others until its budget is spent, and
 * commits when none is missing. So any worker goes on where any other stopped. A commit names blocks of one version
 * only, of the lengths that the source's bytes have, and says all that the blob is to carry, since it keeps nothing that it
 * is not given.
 */
export async function copyInBlocks(
  blob: BlockBlobClient,
  sides: WriteSides,
  request: CopyRequest,
  { size, atOnce }: BlockOptions,
  budget: TimeBudget,
  { stage, isProven }: Staging,
): Promise<CopyResult> {
  const there = await listUncommitted(blob, sides.backup);
  if (there === undefined) return { outcome: 'backup-moved' };
  const blockSize = toBlockSize(request.source.size, size);
  const blocks = planBlocks(sides.source, request, blockSize, idBytes(there, sides.backup));
  const missing = blocks.filter(({ id, count }) => there.get(id) !== count);

  let staged = 0;
  let refusal: WriteOutcome | undefined;
  const isOver = (): boolean => budget.isSpent() || budget.isPaused();
  try {
    await inLanes(missing, Math.min(atOnce, missing.length), isOver, async (block, lane) => {
      const outcome = await stage(block, lane);
      if (outcome.outcome === 'written') staged++;
      else refusal ??= outcome;
      return outcome.outcome === 'written';
    });
  } catch (error) {
    if (!budget.signal.aborted) throw error;
    // A call that brought nothing over in all its time is no step of a copy; it comes again with a growing delay.
    if (staged === 0) throw new BlobmirrorError('storage-unavailable', 'no block came across in time');
  }
  if (refusal !== undefined) return refusal;
  if (staged < missing.length) return { outcome: 'unfinished' };
  if (staged > 0 && !isProven) {
    const now = await listUncommitted(blob, sides.backup);
    // A service that ignores where a block is to be fetched from stages an empty one.
    if (missing.some(({ id, count }) => now?.has(id) && now.get(id) !== count))
      throw new NotWhole(sides.backup);
  }
  return await toBlockOutcome(sides, () => commit(blob, blocks, request));
}

async function commit(
  blob: BlockBlobClient,
  blocks: readonly PlannedBlock[],
  { source, metadata, tags, tier, condition }: CopyRequest,
): Promise<void> {
  await blob.commitBlockList(
    blocks.map(({ id }) => id),
    {
      blobHTTPHeaders: toBlobHeaders(source.headers, source.contentMd5),
      metadata: { ...metadata },
      ...tagOptions(tags),
      ...(tier !== undefined && { tier }),
      conditions: toConditions(condition),
    },
  );
}

/** Sizes by id; undefined when the container is gone. */
async function listUncommitted(
  blob: BlockBlobClient,
  account: string,
): Promise<Map<string, number> | undefined> {
  try {
    const { uncommittedBlocks = [] } = await blob.getBlockList('uncommitted');
    return new Map(uncommittedBlocks.map(({ name, size }) => [name, size]));
  } catch (error) {
    switch (serviceCode(error)) {
      case 'BlobNotFound':
      // A blob of another kind: the first block is refused for it.
      case 'InvalidBlobType':
        return new Map();
      case 'ContainerNotFound':
        return undefined;
      default:
        throw toStorageError(error, 'read', account);
    }
  }
}

/** All uncommitted blocks of a blob have ids of one length. Where another program has set it, ours take it over. */
function idBytes(there: ReadonlyMap<string, number>, account: string): number {
  const [id] = there.keys();
  if (id === undefined) return ID_BYTES;
  const bytes = Buffer.from(id, 'base64').length;
  if (bytes < FEWEST_ID_BYTES) throw blocksInTheWay(account);
  return bytes;
}
