import type { Access } from '../model/access.ts';
import type { Reading } from '../model/reading.ts';
import { type StoredBlob, toBlobReading } from './memory-blob.ts';
import { type StoredDirectory, toDirectoryReading } from './memory-directory.ts';

/** What can be at a path. Never changed in place: another version is another object. */
export type MemoryEntry = StoredBlob | StoredDirectory;

export function isStoredDirectory(entry: MemoryEntry | undefined): entry is StoredDirectory {
  return entry !== undefined && 'isDirectory' in entry;
}

export function toReading(entry: MemoryEntry, now: Date): Reading {
  return isStoredDirectory(entry) ? toDirectoryReading(entry, now) : toBlobReading(entry, now);
}

/** What the service gives to what an account key makes. The default entries of the directory above count for nothing here. */
export const NEW_ACCESS: Readonly<Record<'file' | 'directory', Access>> = {
  file: {
    owner: '$superuser',
    group: '$superuser',
    permissions: 'rw-r-----',
    acl: 'user::rw-,group::r--,other::---',
  },
  directory: {
    owner: '$superuser',
    group: '$superuser',
    permissions: 'rwxr-x---',
    acl: 'user::rwx,group::r-x,other::---',
  },
};
