import type { Etag } from '../model/etag.ts';
import type { BlobPath, ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, DirectoryPresent, Tags } from '../model/reading.ts';
import type { BlobReader } from './blob-reader.ts';

/**
 * What an inspection reads from either account, beyond the check of one key. Nothing here writes. Every
 * method rejects with a `BlobmirrorError` and nothing else.
 */
export interface AccountInspector extends BlobReader {
  /**
   * All blobs of a container, and the directories of a hierarchical one, with their properties and metadata,
   * in the service's own order, at most 5,000 a page: one request a page. A directory comes before its
   * content. A container that does not exist lists nothing.
   */
  listReadings(container: ContainerName, options: ListOptions): AsyncIterable<readonly ListedReading[]>;

  /**
   * `count` bytes of a blob's content from `offset` on; the range must lie inside the blob. Undefined when
   * the blob is not, or no longer, the requested version.
   */
  readRange(key: Key, range: VersionRange): Promise<Uint8Array | undefined>;

  /** Who may read a container without credentials; `none` for one that does not exist. */
  readPublicAccess(container: ContainerName): Promise<PublicAccess>;
}

export interface ListOptions {
  /** Only names with this prefix; empty for all. */
  readonly prefix: string;
  /** Whether to list index tags. Requires the right to read them. */
  readonly tags: boolean;
}

export interface ListedReading {
  readonly path: BlobPath;
  readonly reading: BlobPresent | DirectoryPresent;
  /** Empty when tags were not requested. */
  readonly tags: Tags;
  /** The account is hierarchical, but this listing does not include the access; only a HEAD does. */
  readonly accessUntold?: true;
  /** A metadata name cannot be carried by a listing; only a HEAD has it. */
  readonly metadataUntold?: true;
}

export interface VersionRange {
  readonly etag: Etag;
  /** Bytes. */
  readonly offset: number;
  readonly count: number;
}

/** `blob`: anyone who knows a name may read it. `container`: anyone may list and read all. */
export type PublicAccess = 'none' | 'blob' | 'container';
