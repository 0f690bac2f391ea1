import { type BlobServiceClient, RestError } from '@azure/storage-blob';
import { createSeededRandom } from '../../support/seeded-random.ts';

const CONTAINERS = ['red', 'green', 'blue'] as const;
const CONCURRENCY = 8;
const DELETE_SHARE = 0.3;

export interface RandomWrites {
  readonly seed: number;
  readonly count: number;
  /** Continues beyond `count` while this is false. */
  readonly until?: () => boolean;
  /** Number of names in each container: few names collide often. */
  readonly names: number;
  /** Called after each operation with their number so far. */
  readonly onDone?: (done: number) => void;
}

/**
 * Creates, overwrites and deletes blobs, eight at a time. Ends early when the account is gone, so that an
 * environment can be killed meanwhile; returns the number of acknowledged operations.
 */
export async function writeAtRandom(source: BlobServiceClient, writes: RandomWrites): Promise<number> {
  const random = createSeededRandom(writes.seed);
  const pick = (below: number): number => Math.floor(random.share() * below);
  let begun = 0;
  let done = 0;
  let gone = false;

  async function writeOne(n: number): Promise<void> {
    const container = source.getContainerClient(CONTAINERS[pick(CONTAINERS.length)] ?? CONTAINERS[0]);
    const blob = container.getBlockBlobClient(`blob ${pick(writes.names)}`);
    if (random.share() < DELETE_SHARE) await blob.deleteIfExists();
    else {
      const content = `${writes.seed}/${n} `.repeat(1 + pick(400));
      await blob.upload(content, content.length, { metadata: { Operation: String(n) } });
    }
  }

  async function work(): Promise<void> {
    while ((begun < writes.count || writes.until?.() === false) && !gone) {
      try {
        await writeOne(begun++);
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        gone = true;
        return;
      }
      writes.onDone?.(++done);
    }
  }

  for (const name of CONTAINERS) await source.getContainerClient(name).createIfNotExists();
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return done;
}

function isConnectionLost(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === undefined;
}
