import { RestError } from '@azure/storage-blob';
import { createSeededRandom } from '../../support/seeded-random.ts';
import type { Lakes } from './lakes.ts';
import { writeFile } from './write-files.ts';

const NAMES = ['a', 'b'];
const DEPTHS = [1, 2, 3];
/** How many operations have an effect, and how many attempts there are at most. */
const EFFECTS = 5;
const TRIES = 16;
/** Out of ten; the rest are recursive deletions. */
const SHARES = [
  ['put', 2],
  ['write', 1],
  ['make', 2],
  ['rename', 3],
  ['delete', 1],
] as const;
/** Answers of the account when the tree has no place for an operation: then nothing happened. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([400, 404, 409]);

/**
 * Plays the random history of a seed on a container: files and directories are created, written, renamed over
 * each other, deleted and created again, in a tree so small that they collide all the time. Adds a line to
 * `done` for each operation that had an effect.
 */
export async function playHistory(
  lakes: Lakes,
  container: string,
  seed: number,
  done: string[] = [],
): Promise<void> {
  const files = lakes.source.getFileSystemClient(container);
  const blobs = lakes.blobs.source.getContainerClient(container);
  const random = createSeededRandom(seed);
  const below = (bound: number): number => Math.floor(random.share() * bound);
  const path = (): string =>
    Array.from({ length: DEPTHS[below(DEPTHS.length)] ?? 1 }, () => NAMES[below(NAMES.length)]).join('/');

  async function act(step: number): Promise<boolean> {
    const [at, to, kind, times] = [path(), path(), pick(below(10)), 1 + below(9)];
    const content = `${seed}/${step} `.repeat(times);
    const line = `${kind} ${at}${kind === 'rename' ? ` ${to}` : ''}`;
    try {
      await operate(kind, at, to, content, step);
      done.push(line);
      return true;
    } catch (error) {
      if (!(error instanceof RestError && REFUSALS.has(error.statusCode))) throw error;
      return false;
    }
  }

  async function operate(kind: string, at: string, to: string, content: string, n: number): Promise<unknown> {
    switch (kind) {
      case 'put':
        return await blobs.getBlockBlobClient(at).upload(content, content.length);
      case 'write':
        return await writeFile(files, at, content);
      case 'make':
        return await files.getDirectoryClient(at).create({ metadata: { made: `${n}` } });
      case 'rename':
        return await files.getDirectoryClient(at).move(to);
      case 'delete':
        return await files.getFileClient(at).delete();
      default:
        return await files.getDirectoryClient(at).delete(true);
    }
  }

  await files.create();
  let effects = 0;
  for (let step = 0; step < TRIES && effects < EFFECTS; step++) if (await act(step)) effects++;
}

function pick(number: number): string {
  let bound = 0;
  for (const [kind, share] of SHARES) if (number < (bound += share)) return kind;
  return 'delete recursively';
}
