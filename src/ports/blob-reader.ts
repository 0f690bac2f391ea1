import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { BlobPath, ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, Reading, Tags } from '../model/reading.ts';
import type { Metadata, Stamp } from '../model/stamp.ts';

/**
 * What either account can be asked. Every method rejects with a `BlobmirrorError` and nothing else; none
 * retries by itself, since a message that failed comes back from the queue.
 */
export interface BlobReader {
  /** The storage account's name. */
  readonly account: string;

  /**
   * Reads one key in one request. A blob is absent only if the service itself says so by name (BlobNotFound,
   * ContainerNotFound); every other failure, a bare 404 included, is an error and proves nothing (invariant
   * 7).
   */
  read(key: Key): Promise<Reading>;

  /** Index tags; empty for a blob that does not exist. */
  readTags(key: Key): Promise<Tags>;

  /** All containers, a page at a time. */
  listContainers(): AsyncIterable<readonly ContainerName[]>;

  /**
   * The blobs of a container, and the directories of a hierarchical one, in the service's own order, at most
   * 5,000 a page; all of them when no range is given. A container that does not exist lists nothing.
   */
  listBlobs(container: ContainerName, range?: ListRange): AsyncIterable<BlobPage>;

  /** The user's metadata of a container; undefined when it does not exist. */
  readContainer(container: ContainerName): Promise<Metadata | undefined>;

  /**
   * The access of a container's root directory, which is needed to reach everything in the container;
   * undefined when the container does not exist. Fails with `storage-rejected` on a flat account; no caller
   * asks for it there.
   */
  readRootAccess(container: ContainerName): Promise<Access | undefined>;
}

/**
 * A page of a listing. Its functions do not depend on `this`: `{ ...page, entries }` is a page with fewer
 * entries.
 */
export interface BlobPage {
  /** In the service's own order. */
  readonly entries: readonly ListedBlob[];
  /**
   * The marker of this page, for `ListRange.marker`: opaque, and valid later. Undefined when it is the first
   * page of a listing that began at a path.
   */
  readonly marker: string | undefined;
  /** Whether the paths surely ascend in this order. False proves nothing. */
  readonly ascends: (order: ListingOrder) => boolean;
  /**
   * Counts pairs that are surely in step, starting at an entry of this page and one of the backup's page: the
   * same path, content, metadata and tier. Stops at the first pair that the page cannot compare without
   * making strings, of which a walk would make millions; that pair may be in step all the same.
   */
  readonly countInStep: (first: ListedBlob, backupFirst: ListedBlob, rules: InStepRules) => EqualPairs;
  /**
   * Frees the page's memory, some megabytes, for the next page. Its entries cannot be read afterwards. A page
   * that is not released is kept in memory while one of its entries is referenced.
   */
  readonly release: () => void;
}

/** How pairs of entries are compared. */
export interface InStepRules {
  /** The most pairs to count; at least this many entries are left on both pages. */
  readonly most: number;
  /** Whether owner, group, permissions and ACL must be equal. */
  readonly access: boolean;
}

/** Pairs of entries that are in step. */
export interface EqualPairs {
  readonly count: number;
  /** The total content length of these pairs. */
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

/** A part of a listing, and what its entries include. */
export interface ListRange {
  /** Only blobs whose path begins with this. */
  readonly prefix?: string;
  /** Only blobs at or after this path in the service's own order, whether or not there is such a blob. */
  readonly from?: string | undefined;
  /** Only blobs after this path, in the same order. Takes precedence over `from`. */
  readonly after?: BlobPath | undefined;
  /**
   * The page at which a listing stopped, that is to continue after it or its successor. A service that
   * ignores `after` begins with this page; the entries up to `after`, if it is on that page, are left out,
   * and entries that were listed before may come again. Without a marker, such a service fails with
   * `listing-start-ignored`.
   */
  readonly marker?: string | undefined;
  /** Whether entries include their access. Only hierarchical accounts have it. */
  readonly access?: boolean;
  /**
   * Whether entries include their index tags. Requires the right to read them; hierarchical accounts have
   * none.
   */
  readonly tags?: boolean;
  /** Whether the snapshots of blobs are entries too, each before its blob. */
  readonly snapshots?: boolean;
  /** The most entries on a page; 5,000 by default. */
  readonly pageSize?: number;
}

/**
 * By code units or code points, which agree on ASCII; or with the slash before all else, as hierarchical
 * accounts list.
 */
export type ListingOrder = 'flat' | 'tree';

/**
 * An entry of a listing. It may nominate a key for a check, and replace a read of the key; it never proves
 * that anything is gone.
 */
export interface ListedBlob {
  readonly path: BlobPath;
  readonly isDirectory: boolean;
  readonly isBlockBlob: boolean;
  /** A snapshot of the blob at the path; only in a listing that asked for snapshots. */
  readonly isSnapshot?: boolean;
  /** The length of its content; 0 for a directory, and where the listing does not include it. */
  readonly bytes: number;
  readonly etag: Etag;
  readonly stamp: Stamp | undefined;
  /** The access tier that was set on a block blob; while it is rehydrated, the tier it is moving to. */
  readonly tier: string | undefined;
  /** The default access tier of a block blob on which none was set. */
  readonly inferredTier?: string | undefined;
  /** The user's metadata of a directory, which has no stamp that would show a change. */
  readonly metadata?: Metadata | undefined;
  /** If requested. */
  readonly access?: Access | undefined;
  /** If requested. */
  readonly tags?: Tags | undefined;
  /**
   * What a HEAD of the blob would have returned; undefined for a directory, and where the listing does not
   * include all of it.
   */
  reading(): BlobPresent | undefined;
}
