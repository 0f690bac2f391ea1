import type { Etag } from '../model/etag.ts';
import type { BlobPath, ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, DirectoryPresent, Tags } from '../model/reading.ts';
import type { BlobReader } from './blob-reader.ts';

/**
 * What an inspection asks of either account beyond a look at one key. Nothing here writes. Every method rejects with a
 * `BlobmirrorError` and nothing else.
 */
export interface AccountInspector extends BlobReader {
  /**
   * All blobs of a container, and the directories of a hierarchical one, with their properties and metadata, in the
   * service's own order, a page of at most 5,000 at a time: one request a page. A directory comes before all that is
   * in it. A container that does not exist lists nothing.
   */
  listReadings(container: ContainerName, options: ListOptions): AsyncIterable<readonly ListedReading[]>;

  /**
   * `count` bytes of a blob's content from `offset` on, all of them inside the blob; undefined when the blob is not,
   * or is no longer, the version asked for.
   */
  readRange(key: Key, range: VersionRange): Promise<Uint8Array | undefined>;

  /** Who may read a container without credentials; `none` for one that does not exist. */
  readPublicAccess(container: ContainerName): Promise<PublicAccess>;
}

export interface ListOptions {
  /** Only what has a name that begins so; empty for all. */
  readonly prefix: string;
  /** Whether index tags are listed too. It takes the right to read them. */
  readonly tags: boolean;
}

export interface ListedReading {
  readonly path: BlobPath;
  readonly reading: BlobPresent | DirectoryPresent;
  /** Empty when they were not asked for. */
  readonly tags: Tags;
  /** The account is hierarchical, but this listing does not tell the access; only a look does. */
  readonly accessUntold?: true;
  /** A name of the metadata is one that a listing cannot tell; only a look does. */
  readonly metadataUntold?: true;
}

export interface VersionRange {
  readonly etag: Etag;
  /** Bytes. */
  readonly offset: number;
  readonly count: number;
}

/** `blob`: whoever knows a name may read it. `container`: anybody may list and read all. */
export type PublicAccess = 'none' | 'blob' | 'container';
