import { type BlobServiceClient, type BlockBlobClient, RestError } from '@azure/storage-blob';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSeededRandom } from '../../support/seeded-random.ts';
import {
  type Deed,
  drawOperation,
  FIRST_CONTAINERS,
  LATE_CONTAINER,
  type Operation,
} from './draw-operation.ts';
import type { Witness } from './witness.ts';

export interface WriteStorm {
  readonly seed: number;
  readonly source: BlobServiceClient;
  readonly witness: Pick<Witness, 'wrote'>;
  /** Ends it; operations that have begun are completed. */
  readonly over: AbortSignal;
  /** Whether the mirror has more work than it should have at once. Writers rest meanwhile. */
  readonly isBehind: () => boolean;
}

/** The number of operations of users, by kind. */
export type Deeds = Map<Deed, number>;

const WRITERS = 6;

/**
 * Users who write, overwrite, delete and re-create blobs of all sizes until they are stopped. Metadata alone
 * raises no event, so what was last changed in that way is written again at the end.
 */
export async function writeStorm(
  { seed, source, witness, over, isBehind }: WriteStorm,
  deeds: Deeds,
): Promise<void> {
  const random = createSeededRandom(seed);
  /** Versions without an event. */
  const silent = new Map<string, BlockBlobClient>();
  let begun = 0;

  async function upload(blob: BlockBlobClient, content: Buffer): Promise<void> {
    const { etag = '' } = await blob.upload(content, content.length, {
      metadata: { Size: `${content.length}` },
    });
    witness.wrote(etag, content);
  }

  async function uploadInBlocks(blob: BlockBlobClient, content: Buffer, n: number): Promise<void> {
    const half = Math.ceil(content.length / 2) || 1;
    const ids: string[] = [];
    for (let at = 0; at < content.length; at += half) {
      const id = Buffer.from(`${n}-${ids.length}`.padStart(12, '0')).toString('base64');
      const block = content.subarray(at, at + half);
      await blob.stageBlock(id, block, block.length);
      ids.push(id);
    }
    const { etag = '' } = await blob.commitBlockList(ids);
    witness.wrote(etag, content);
  }

  async function perform({ deed, container, name, content }: Operation, n: number): Promise<void> {
    const blob = source.getContainerClient(container).getBlockBlobClient(name);
    if (deed === 'delete' || deed === 're-create') await blob.deleteIfExists();
    if (deed === 'upload' || deed === 're-create') await upload(blob, content);
    if (deed === 'upload in blocks') await uploadInBlocks(blob, content, n);
    if (deed === 'set metadata') {
      const { etag = '' } = await blob.setMetadata({ Silent: String(n) });
      silent.set(etag, blob);
    }
    deeds.set(deed, (deeds.get(deed) ?? 0) + 1);
  }

  async function write(): Promise<void> {
    while (!over.aborted) {
      const n = begun++;
      const operation = drawOperation(random, n);
      if (n === LATE_CONTAINER.after) await source.createContainer(LATE_CONTAINER.name);
      try {
        await perform(operation, n);
      } catch (error) {
        if (!isRace(error)) throw error;
      }
      do await sleep(operation.pauseMs);
      while (isBehind() && !over.aborted);
    }
  }

  for (const container of FIRST_CONTAINERS) await source.createContainer(container);
  await Promise.all(Array.from({ length: WRITERS }, write));
  for (const [etag, blob] of silent) {
    const now = (await blob.exists()) ? (await blob.getProperties()).etag : undefined;
    if (now === etag) await upload(blob, Buffer.from(`the last word on ${etag}`));
  }
}

/** Another writer deleted the blob or took its blocks, or the container does not exist yet. */
function isRace(error: unknown): boolean {
  return error instanceof RestError && (error.statusCode === 404 || error.code === 'InvalidBlockList');
}
