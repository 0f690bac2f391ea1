import { isDeepStrictEqual } from 'node:util';
import type { MemoryAccount } from '../../src/memory/memory-account.js';
import type { StoredBlob } from '../../src/memory/memory-blob.js';
import { isStoredDirectory, type MemoryEntry } from '../../src/memory/memory-entry.js';
import { type Key, keyText } from '../../src/model/key.js';
import { splitStamp } from '../../src/model/stamp.js';
import { isForeignBlob } from './is-foreign.js';
import { Violation } from './violation.js';

interface Sides {
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
}

/**
 * Both sides have the same at a key: nothing, a blob and its mirror, a directory and its twin.
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
 * What somebody else put on the backup stays where it is, and with it the directories above. A file of theirs in the place
 * of a directory keeps all from being below it.
 */
function isKept({ source, backup }: Sides, key: Key): boolean {
  const wanted = source.entry(key);
  const has = backup.entry(key);
  const isTheirs = (entry: MemoryEntry | undefined): boolean =>
    entry !== undefined && !isStoredDirectory(entry) && isForeignBlob(entry);
  if (isTheirs(has) && (wanted === undefined || isStoredDirectory(wanted))) return true;
  const blobs = [...(backup.containers.get(key.container)?.blobs ?? [])];
  const isBelow = (path: string, above: string): boolean => path.startsWith(`${above}/`);
  if (blobs.some(([path, entry]) => isBelow(key.path, path) && isTheirs(entry))) return has === undefined;
  return (
    isStoredDirectory(has) &&
    !isStoredDirectory(wanted) &&
    blobs.some(([path, entry]) => isBelow(path, key.path) && isTheirs(entry))
  );
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
