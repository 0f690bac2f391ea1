import type { Access } from '../../src/model/access.ts';
import { type Etag, parseEtag } from '../../src/model/etag.ts';
import type {
  BlobKind,
  BlobPresent,
  ContentHeaders,
  DirectoryPresent,
  Reading,
  Tags,
} from '../../src/model/reading.ts';
import { type Metadata, findUnfinishedCopy, splitStamp } from '../../src/model/stamp.ts';

/** The entry of a path. Never changed in place: another version is another object. */
export type MemoryEntry = StoredBlob | StoredDirectory;

export function isStoredDirectory(entry: MemoryEntry | undefined): entry is StoredDirectory {
  return entry !== undefined && 'isDirectory' in entry;
}

export function toReading(entry: MemoryEntry, now: Date): Reading {
  return isStoredDirectory(entry) ? toDirectoryReading(entry, now) : toBlobReading(entry, now);
}

/**
 * The service's default for an account key. The default entries of the directory above have no effect here.
 */
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

/** What a user writes. */
export interface MemoryBlob {
  readonly content: string;
  readonly contentMd5?: string;
  readonly headers?: ContentHeaders;
  readonly metadata?: Metadata;
  readonly kind?: BlobKind;
  readonly archived?: boolean;
  readonly tier?: string;
  readonly tags?: Tags;
  /** The account keeps versions of it. */
  readonly isVersioned?: true;
  /** An asynchronous copy onto it is under way. */
  readonly isCopyPending?: true;
  /**
   * On a hierarchical account. Undefined: that of the replaced file, or the service's default for a new one.
   */
  readonly access?: Access;
}

/** What the account keeps of it. */
export type StoredBlob = MemoryBlob & {
  readonly etag: Etag;
  readonly lastModified: Date;
  /** Number of a user's snapshots; they are kept when the blob is overwritten. */
  readonly snapshots?: number | undefined;
  /** A user's lease: nothing but the lease itself changes. */
  readonly isLeased?: true | undefined;
};

/** @param readAt undefined for an entry of a listing */
export function toBlobReading(blob: StoredBlob, readAt?: Date): BlobPresent {
  const unfinished = findUnfinishedCopy(blob.metadata ?? {});
  return {
    present: true,
    etag: blob.etag,
    lastModified: blob.lastModified,
    size: blob.content.length,
    kind: blob.kind ?? 'block',
    contentMd5: blob.contentMd5,
    headers: blob.headers ?? {},
    ...splitStamp(blob.metadata ?? {}),
    archived: blob.archived ?? blob.tier === 'Archive',
    ...(blob.tier !== undefined && { tier: blob.tier }),
    tagCount: Object.keys(blob.tags ?? {}).length,
    ...(blob.access && { access: blob.access }),
    ...(blob.isVersioned && { isVersioned: true }),
    ...(blob.isCopyPending && { pendingCopy: { stamp: undefined } }),
    ...(unfinished && { unfinishedCopy: unfinished }),
    ...(readAt && { readAt }),
  };
}

/** ETags that never repeat. */
export function createEtags(): () => Etag {
  let last = 0;
  return () => parseEtag(`0x${(++last).toString(16).toUpperCase()}`);
}

/** What a user makes. */
export interface MemoryDirectory {
  readonly metadata?: Metadata;
  /** Undefined: the service's default for a new one. */
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

function toDirectoryReading(directory: StoredDirectory, now: Date): DirectoryPresent {
  const { etag, lastModified, metadata, access } = directory;
  // A service gives times in whole seconds.
  const readAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
  return { present: true, kind: 'directory', etag, lastModified, metadata, access, readAt };
}
