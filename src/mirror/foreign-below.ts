import type { Key } from '../model/key.ts';
import { isForeign, ownershipOf } from './ownership.ts';
import { type Pair, sidesOf } from './pair.ts';

/**
 * How long a directory is looked through before it goes as a whole, in milliseconds: some hundreds of pages. What is left
 * of four minutes is for the look that it is a part of.
 */
const LONGEST_SEARCH_MS = 90_000;

/**
 * Whether below a directory of the backup is a file that we did not put there, or one of another source: directories
 * bear no stamp, so what is below them tells whose they are. Or whether users made snapshots there, which no deletion of
 * the directory would be refused for, and which would go with it: keepsecure.ca/blog/adls-gen2-and-file-snapshots. One request for 5,000 entries. `unknown`: there is too
 * much to tell in time.
 */
export async function findForeignBelow(
  pair: Pair,
  { container, path }: Key,
): Promise<'none' | 'some' | 'snapshots' | 'unknown'> {
  const { backup, policy } = pair;
  const sides = sidesOf(pair);
  const end = performance.now() + LONGEST_SEARCH_MS;
  for await (const page of backup.listBlobs(container, { prefix: `${path}/`, snapshots: true })) {
    for (const entry of page) {
      if (entry.isSnapshot === true) return 'snapshots';
      if (entry.isDirectory || entry.stamp?.account === sides.source) continue;
      // No stamp may be the mark of a copy that was left: then the entry tells more.
      const reading = entry.reading() ?? (await backup.read({ container, path: entry.path }));
      if (!reading.present || reading.kind === 'directory') continue;
      const ownership = ownershipOf(sides, reading);
      const isKept = isForeign(ownership) ? policy.foreign === 'keep' : ownership === 'of-another-source';
      if (isKept) return 'some';
    }
    page[0]?.forgetPage?.();
    if (performance.now() > end) return 'unknown';
  }
  return 'none';
}
