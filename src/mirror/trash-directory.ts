import type { Etag } from '../model/etag.ts';
import type { Key } from '../model/key.ts';
import { isDirectory } from '../model/reading.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Applied, settle } from './applied.ts';
import type { Pair } from './pair.ts';

export const DELETED: Verdict = { verdict: 'deleted', wasDirectory: true };

/**
 * Takes a directory with all that is below it off the live tree. A recursive delete has no condition that covers what is
 * below, so it is never aimed at a live path: the directory goes to the trash in one step, the source is read once
 * more, and only what it still lacks is deleted there. Where the source has it again, the trash is kept for as long as
 * it takes to copy all anew; it goes with a later emptying.
 */
export async function moveOutOfTheWay(
  { source, backup, tree }: Pair,
  key: Key,
  ifMatch: Etag,
): Promise<Applied> {
  tree?.known.forget(key);
  const moved = await backup.moveToTrash(key, ifMatch);
  if (moved.outcome !== 'trashed') return settle(moved, DELETED);
  if (isDirectory(await source.read(key)))
    return { again: 'somebody moved', done: { verdict: 'directory-returned', isDirectory: true } };
  await backup.deleteTrashed(moved.trashed);
  await tree?.emptyTrash(key.container);
  return { verdict: DELETED };
}
