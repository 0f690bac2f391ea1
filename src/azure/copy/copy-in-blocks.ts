import { createHash } from 'node:crypto';
import type { BlockBlobClient } from '@azure/storage-blob';
import { tagOptions, toBlobHeaders, toConditions } from '../blob/blob-client.ts';
import type { BlockOptions, CopyResult } from './copy-engine.ts';
import { IncompleteCopy } from './judge-copy.ts';
import { type AccountNames, serviceCode, toStorageError, toWriteOutcome } from '../errors/storage-error.ts';
import { forEachLimited } from '../../concurrency/limiter.ts';
import type { TimeBudget } from '../../concurrency/deadline.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import { keyText } from '../../model/key.ts';
import type { CopyRequest } from '../../ports/backup-store.ts';
import type { WriteOutcome } from '../../ports/write-outcome.ts';

/** Stages one block on the backup, its bytes read under the source's ETag. */
export type StageBlock = (block: PlannedBlock, worker: number) => Promise<WriteOutcome>;

/** How blocks are staged on the backup. */
export interface Staging {
  readonly stage: StageBlock;
  /**
   * Whether the service reports the length of each staged block. Otherwise the blocks are listed once more.
   */
  readonly isProven: boolean;
}

/**
 * Copies a blob block by block and commits all at once, under the condition on the backup. The uncommitted
 * blocks are the checkpoint: a call skips those that are staged, stages the others until its budget is spent,
 * and commits when none is missing. So any worker continues where another one stopped. A commit names only
 * blocks of one version, whose lengths match the source's bytes, and sends all properties of the blob, since
 * a commit drops whatever it is not given.
 */
export async function copyInBlocks(
  blob: BlockBlobClient,
  sides: AccountNames,
  request: CopyRequest,
  { size, atOnce }: BlockOptions,
  budget: TimeBudget,
  { stage, isProven }: Staging,
): Promise<CopyResult> {
  const uncommitted = await listUncommitted(blob, sides.backup);
  if (uncommitted === undefined) return { kind: 'backup-precondition-failed' };
  const blockSize = toBlockSize(request.source.size, size);
  const blocks = planBlocks(sides.source, request, blockSize, blockIdLength(uncommitted, sides.backup));
  const missing = blocks.filter(({ id, count }) => uncommitted.get(id) !== count);

  let staged = 0;
  let refusal: WriteOutcome | undefined;
  const isOver = (): boolean => budget.isSpent() || budget.isPaused();
  try {
    const stageNext = async (block: PlannedBlock, worker: number): Promise<boolean> => {
      const outcome = await stage(block, worker);
      if (outcome.kind === 'written') staged++;
      else refusal ??= outcome;
      return outcome.kind === 'written';
    };
    await forEachLimited(missing, Math.min(atOnce, missing.length), stageNext, isOver);
  } catch (error) {
    if (!budget.signal.aborted) throw error;
    // A call that staged nothing in its whole budget made no progress; the message comes again with a growing
    // delay.
    if (staged === 0) throw new BlobmirrorError('storage-unavailable', 'no block was copied in time');
  }
  if (refusal !== undefined) return refusal;
  if (staged < missing.length) return { kind: 'unfinished' };
  if (staged > 0 && !isProven) {
    const now = await listUncommitted(blob, sides.backup);
    // A service that ignores the URL to fetch a block from stages an empty one.
    if (missing.some(({ id, count }) => now?.has(id) && now.get(id) !== count))
      throw new IncompleteCopy(sides.backup);
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

/**
 * All uncommitted blocks of a blob have ids of one length. If another program has set it, our ids use that
 * length.
 */
function blockIdLength(there: ReadonlyMap<string, number>, account: string): number {
  const [id] = there.keys();
  if (id === undefined) return ID_BYTES;
  const bytes = Buffer.from(id, 'base64').length;
  if (bytes < FEWEST_ID_BYTES) throw foreignBlocks(account);
  return bytes;
}

/** A block to copy: bytes `offset` to `offset + count` of one version of the source. */
export interface PlannedBlock {
  /** Base64. The service requires all ids of a blob to have the same length. */
  readonly id: string;
  readonly offset: number;
  readonly count: number;
}

/** learn.microsoft.com/rest/api/storageservices/put-block-list */
const MAX_BLOCKS = 50_000;
const MIB = 1024 * 1024;

/** The length of an id in bytes, where no other program has set one. */
const ID_BYTES = 24;
/** Below this, an id would hold too little of the version's hash to distinguish versions reliably. */
const FEWEST_ID_BYTES = 12;
const INDEX_BYTES = 3;

/** The preferred size, or whole MiB more where a blob would have more blocks than the service takes. */
export function toBlockSize(size: number, preferred: number): number {
  if (size <= preferred * MAX_BLOCKS) return preferred;
  return Math.ceil(size / MAX_BLOCKS / MIB) * MIB;
}

/**
 * All blocks of a blob, in order. An id is made from the source's version, the block size and the offset, so
 * that the uncommitted blocks on the backup tell any worker what is done, and no list can ever mix two
 * versions.
 */
export function planBlocks(
  account: string,
  { key, from = key, source }: CopyRequest,
  blockSize: number,
  idBytes: number,
): PlannedBlock[] {
  const version = createHash('shake256', { outputLength: idBytes - INDEX_BYTES })
    .update(JSON.stringify([account, keyText(from), source.etag, source.size, blockSize]))
    .digest();
  return Array.from({ length: Math.ceil(source.size / blockSize) }, (_, index) => {
    const id = Buffer.concat([version, Buffer.alloc(INDEX_BYTES)]);
    id.writeUIntBE(index, version.length, INDEX_BYTES);
    const offset = index * blockSize;
    return { id: id.toString('base64'), offset, count: Math.min(blockSize, source.size - offset) };
  });
}

/** Writes a block or a block list, and reports the outcome. */
export async function toBlockOutcome(
  sides: AccountNames,
  write: () => Promise<unknown>,
): Promise<WriteOutcome> {
  return await toWriteOutcome(sides, async () => {
    try {
      await write();
    } catch (error) {
      throw serviceCode(error) === 'InvalidBlobOrBlock' ? foreignBlocks(sides.backup) : error;
    }
  });
}

/**
 * Another program left blocks with ids of a length that ours cannot have, and the service does not mix
 * lengths.
 */
function foreignBlocks(backup: string): BlobmirrorError {
  return new BlobmirrorError(
    'blocks-in-the-way',
    `${backup} holds uncommitted blocks of another program, whose ids have another length`,
  );
}
