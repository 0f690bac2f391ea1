import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { BlobPath, ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, Reading, Tags } from '../model/reading.ts';
import type { Metadata, Stamp } from '../model/stamp.ts';

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
  listBlobs(container: ContainerName, range?: ListRange): AsyncIterable<BlobPage>;

  /** The user's metadata of a container; undefined when it does not exist. */
  readContainer(container: ContainerName): Promise<Metadata | undefined>;

  /**
   * The access of a container's root directory, through which everything in it is reached; undefined when the container
   * does not exist. On a flat account it fails with `storage-rejected`; nobody asks for it there.
   */
  readRootAccess(container: ContainerName): Promise<Access | undefined>;
}

/** Entries of a listing that came together. */
export interface BlobPage extends ReadonlyArray<ListedBlob> {
  /**
   * What begins a listing with this page, for `ListRange.marker`: opaque, and good for later. Undefined where the listing
   * began at a place of its own with it.
   */
  readonly marker?: string | undefined;
}

/** A part of a listing, and what its entries are to tell. */
export interface ListRange {
  /** Only blobs whose path begins so. */
  readonly prefix?: string;
  /** Only blobs at this place or after it in the service's own order, whether or not there is such a blob. */
  readonly from?: string | undefined;
  /** The same without the place itself; of both, this one counts. */
  readonly after?: BlobPath | undefined;
  /**
   * The page that was at hand when a listing stopped, the one after which it is to go on or that one's next. A service that
   * ignores `after` begins with it; the entries up to `after`, if it is on that page, are left out, and others that went by
   * may come again. Without it, such a service fails with `listing-start-ignored`.
   */
  readonly marker?: string | undefined;
  /** Whether entries tell their access. Hierarchical accounts alone can. */
  readonly access?: boolean;
  /** Whether entries tell their index tags. It takes the right to read them, and hierarchical accounts have none. */
  readonly tags?: boolean;
  /** Whether the snapshots of blobs are entries too, each before its blob. */
  readonly snapshots?: boolean;
  /** The most entries on a page; 5,000 when nothing is said. */
  readonly pageSize?: number;
}

/** By code units or code points, which agree on ASCII; or with the slash before all else, as hierarchical accounts list. */
export type ListingOrder = 'flat' | 'tree';

/** Entries of two pages that come next, each with the one at its place on the other page. */
export interface PairsAhead {
  /** How many, the first pair included. */
  readonly count: number;
  readonly last: ListedBlob;
  readonly backupLast: ListedBlob;
  /** Whether their access is to be the same. */
  readonly access: boolean;
}

/** Pairs of entries that are in step. */
export interface EqualPairs {
  readonly count: number;
  /** The length of the content of all of them. */
  readonly bytes: number;
}

/** An entry of a listing. It may nominate a key for a look, and stand in for one; it never proves that anything is gone. */
export interface ListedBlob {
  readonly path: BlobPath;
  readonly isDirectory: boolean;
  readonly isBlockBlob: boolean;
  /** It is a snapshot of what is at the path, which only a listing has that was asked for them. */
  readonly isSnapshot?: boolean;
  /** The length of its content; 0 of a directory, and where the listing tells none. */
  readonly bytes: number;
  readonly etag: Etag;
  readonly stamp: Stamp | undefined;
  /** The access tier of a block blob, if one was set on it; the one it is on its way to while it is rehydrated. */
  readonly tier: string | undefined;
  /** The access tier of a block blob that it has by default, where none was set on it. */
  readonly inferredTier?: string | undefined;
  /** The user's metadata of a directory, which bears no stamp to tell a change by. */
  readonly metadata?: Metadata | undefined;
  /** When it was asked for. */
  readonly access?: Access | undefined;
  /** When they were asked for. */
  readonly tags?: Tags | undefined;
  /**
   * For listings that can tell without making strings of what is compared, of which a walk would make millions: true where
   * the paths of its page from this one to another one surely ascend.
   */
  ascendsTo?(last: ListedBlob, order: ListingOrder): boolean;
  /**
   * The same for a walk: the pairs ahead, from this one and the backup's on, that surely are in step one after the other
   * in path, content, metadata and tier, and in access if that is asked. After the last of them the strings tell.
   */
  countEqualPairs?(backup: ListedBlob, ahead: PairsAhead): EqualPairs;
  /** What a look at the blob would have told; undefined for a directory, and where the listing does not tell all. */
  reading(): BlobPresent | undefined;
  /**
   * Nobody will ask it or another entry of its page for anything more, so that the memory of a page, some megabytes, can
   * serve for the next one. Whoever says nothing keeps them all for as long as one of them is held.
   */
  readonly forgetPage?: () => void;
}
