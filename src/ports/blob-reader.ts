import type { Access } from '../model/access.js';
import type { Etag } from '../model/etag.js';
import type { ContainerName, BlobPath, Key } from '../model/key.js';
import type { Reading } from '../model/reading.js';
import type { Metadata, Stamp } from '../model/stamp.js';
import type { Tags } from '../model/tags.js';

/**
 * What can be asked of either account. Every method rejects with a `BlobmirrorError` and nothing else; none retries
 * by itself, since a message that failed comes back from the queue.
 */
export interface BlobReader {
  /** The storage account's name. */
  readonly account: string;

  /**
   * One look at a key: one request. Absent is only what the service itself said by name (BlobNotFound,
   * ContainerNotFound); every other failure, a bare 404 included, is an error and proves nothing (invariant 7).
   */
  read(key: Key): Promise<Reading>;

  /** Index tags; none for a blob that is not there. */
  readTags(key: Key): Promise<Tags>;

  /** All containers, a page at a time. */
  listContainers(): AsyncIterable<readonly ContainerName[]>;

  /**
   * The blobs of a container, and the directories of a hierarchical one, in the service's own order, a page of at most 5,000 at a time; all of them when no range
   * is given. A container that does not exist lists nothing.
   */
  listBlobs(container: ContainerName, range?: ListRange): AsyncIterable<readonly ListedBlob[]>;

  /** The user's metadata of a container; undefined when it does not exist. */
  readContainer(container: ContainerName): Promise<Metadata | undefined>;
}

/** A part of a listing. */
export interface ListRange {
  /** Only blobs whose path begins so. */
  readonly prefix?: string;
  /** Only blobs that come after this path in the service's own order, whether or not there is such a blob. */
  readonly after?: BlobPath | undefined;
}

/** An entry of a listing. It may nominate a key for a look; it never proves anything about it. */
export interface ListedBlob {
  readonly path: BlobPath;
  readonly isDirectory: boolean;
  readonly etag: Etag;
  readonly stamp: Stamp | undefined;
  /** The user's metadata of a directory, which bears no stamp to tell a change by. */
  readonly metadata?: Metadata;
  /** On a hierarchical account. */
  readonly access?: Access;
}
