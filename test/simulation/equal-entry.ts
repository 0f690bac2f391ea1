import { isDeepStrictEqual } from 'node:util';
import type { MemoryAccount } from '../memory/memory-account.ts';
import { type MemoryEntry, type StoredBlob, isStoredDirectory } from '../memory/memory-entry.ts';
import { type Key, keyText } from '../../src/model/key.ts';
import { splitStamp } from '../../src/model/stamp.ts';
import { isForeignBlob } from './is-foreign.ts';
import { Violation } from './violation.ts';

interface Sides {
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
}

/**
 * Both sides agree for a key: nothing on either, a blob and its mirror, or a directory on both.
 *
 * @throws Violation
 */
export function expectEqualEntry({ source, backup }: Sides, key: Key): void {
  const wanted = source.entry(key);
  const has = backup.entry(key);
  if (isSame(source.account, wanted, has) || isKept({ source, backup }, key)) return;
  const show = (entry: MemoryEntry | undefined): string =>
    entry === undefined ? 'nothing' : JSON.stringify(entry);
  throw new Violation('unequal at rest', `${keyText(key)}: source ${show(wanted)}, backup ${show(has)}`);
}

/**
 * A foreign entry of the backup stays, and with it the directories above. A foreign file in the place of a
 * directory blocks everything below, and one below a directory blocks a file in the directory's place. What
 * is blocked may have its only copy under an older name, which stays, too.
 */
export function isKept({ source, backup }: Sides, key: Key): boolean {
  const wanted = source.entry(key);
  const has = backup.entry(key);
  const theirs = [...(backup.containers.get(key.container)?.blobs ?? [])]
    .filter(([, entry]) => !isStoredDirectory(entry) && isForeignBlob(entry))
    .map(([path]) => path);
  const isBelow = (path: string, above: string): boolean => path.startsWith(`${above}/`);
  if (theirs.includes(key.path) && (wanted === undefined || isStoredDirectory(wanted))) return true;
  if (theirs.some((path) => isBelow(key.path, path))) return has === undefined;
  if (isStoredDirectory(has) && !isStoredDirectory(wanted) && theirs.some((path) => isBelow(path, key.path)))
    return true;
  const isBlocking = (theirPath: string): boolean =>
    [...(source.containers.get(key.container)?.blobs ?? [])].some(
      ([path, entry]) =>
        isBelow(path, theirPath) ||
        (path === theirPath && isStoredDirectory(entry)) ||
        isBelow(theirPath, path),
    );
  return wanted === undefined && theirs.some(isBlocking);
}

function isSame(account: string, wanted: MemoryEntry | undefined, has: MemoryEntry | undefined): boolean {
  if (wanted === undefined || has === undefined) return wanted === has;
  if (!isDeepStrictEqual(has.access, wanted.access)) return false;
  if (isStoredDirectory(wanted))
    return isStoredDirectory(has) && isDeepStrictEqual(has.metadata, wanted.metadata);
  return !isStoredDirectory(has) && isMirror(account, wanted, has);
}

function isMirror(account: string, wanted: StoredBlob, has: StoredBlob): boolean {
  const { metadata, stamp } = splitStamp(has.metadata ?? {});
  return (
    has.content === wanted.content &&
    has.contentMd5 === wanted.contentMd5 &&
    (has.kind ?? 'block') === (wanted.kind ?? 'block') &&
    isDeepStrictEqual(has.headers, wanted.headers) &&
    isDeepStrictEqual(metadata, wanted.metadata) &&
    stamp?.account === account &&
    stamp.etag === wanted.etag &&
    stamp.lastModified.getTime() === wanted.lastModified.getTime()
  );
}
