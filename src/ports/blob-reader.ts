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

/**
 * A page of a listing. Its functions do not depend on `this`: `{ ...page, entries }` is a page that shows fewer of the
 * entries.
 */
export interface BlobPage {
  /** In the service's own order. */
  readonly entries: readonly ListedBlob[];
  /**
   * What begins a listing with this page, for `ListRange.marker`: opaque, and good for later. Undefined where the listing
   * began at a place of its own with it.
   */
  readonly marker: string | undefined;
  /** Whether the paths surely ascend in this order. False proves nothing. */
  readonly ascends: (order: ListingOrder) => boolean;
  /**
   * Counts pairs that surely are in step, from an entry of this page and one of the backup's page on: the same path,
   * content, metadata and tier. It stops at the first pair of which the page cannot tell without making strings, of which
   * a walk would make millions; that pair may be in step all the same.
   */
  readonly countInStep: (first: ListedBlob, backupFirst: ListedBlob, rules: InStepRules) => EqualPairs;
  /**
   * Lets the memory of the page, some megabytes, serve for the next one. Its entries tell nothing afterwards. A page that
   * is not released lives for as long as one of its entries is held.
   */
  readonly release: () => void;
}

/** How pairs of entries are compared. */
export interface InStepRules {
  /** The most pairs to count: both pages have at least this many entries left. */
  readonly most: number;
  /** Whether owner, group, permissions and ACL must be the same. */
  readonly access: boolean;
}

/** Pairs of entries that are in step. */
export interface EqualPairs {
  readonly count: number;
  /** The length of the content of all of them. */
  readonly bytes: number;
}

export const NO_PAIRS: EqualPairs = { count: 0, bytes: 0 };

/** A page that knows nothing beyond its entries. */
export function toPlainPage<Entry extends ListedBlob>(
  entries: readonly Entry[],
  marker?: string,
): BlobPage & { readonly entries: readonly Entry[] } {
  return { entries, marker, ascends: () => false, countInStep: () => NO_PAIRS, release: () => {} };
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
  /** What a look at the blob would have told; undefined for a directory, and where the listing does not tell all. */
  reading(): BlobPresent | undefined;
}
