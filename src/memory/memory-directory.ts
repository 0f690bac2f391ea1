import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { DirectoryPresent } from '../model/reading.ts';
import type { Metadata } from '../model/stamp.ts';

/** What a user makes. */
export interface MemoryDirectory {
  readonly metadata?: Metadata;
  /** Left out: what the service gives a new one. */
  readonly access?: Access;
}

/** What the account keeps of it. */
export interface StoredDirectory {
  readonly isDirectory: true;
  readonly metadata: Metadata;
  readonly access: Access;
  readonly etag: Etag;
  readonly lastModified: Date;
}

export function toDirectoryReading(directory: StoredDirectory, now: Date): DirectoryPresent {
  const { etag, lastModified, metadata, access } = directory;
  // A service tells its time in whole seconds.
  const readAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
  return { present: true, kind: 'directory', etag, lastModified, metadata, access, readAt };
}
