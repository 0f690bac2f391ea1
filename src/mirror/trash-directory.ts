import type { Etag } from '../model/etag.js';
import type { Key } from '../model/key.js';
import { isDirectory } from '../model/reading.js';
import { type Applied, settle } from './applied.js';
import type { Pair } from './pair.js';

/**
 * Takes a directory with all that is below it off the live tree. A recursive delete has no condition that covers what is
 * below, so it is never aimed at a live path: the directory goes to the trash in one step, the source is read once
 * more, and only what it still lacks is deleted there. Where the source has it again, the trash is kept for as long as
 * it takes to copy all anew; it goes with a later emptying.
 *
 * @param done what came of it when the source lacks the directory for good
 */
export async function moveOutOfTheWay(
  { source, backup, tree }: Pair,
  key: Key,
  ifMatch: Etag,
  done: Applied,
): Promise<Applied> {
  tree?.known.forget(key);
  const moved = await backup.moveToTrash(key, ifMatch);
  if (moved.outcome !== 'trashed') return settle(moved, { verdict: 'deleted', wasDirectory: true });
  if (isDirectory(await source.read(key)))
    return { again: 'somebody moved', done: { verdict: 'directory-returned', isDirectory: true } };
  await backup.deleteTrashed(moved.trashed);
  await tree?.emptyTrash(key.container);
  return done;
}
