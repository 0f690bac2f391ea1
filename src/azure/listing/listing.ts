import { type BlobProperties, toInferredTier, toReading, withoutFolderMark } from '../blob/to-reading.ts';
import { type Access, toAccess } from '../../model/access.ts';
import type { Etag } from '../../model/etag.ts';
import { type BlobPath, parseBlobPath } from '../../model/key.ts';
import type { BlobPresent, Tags } from '../../model/reading.ts';
import type { Metadata, Stamp } from '../../model/stamp.ts';
import type { BlobPage, ListedBlob } from '../../ports/blob-reader.ts';

/** What to list of a container. */
export interface Listing {
  /** Only names with this prefix. */
  readonly prefix?: string | undefined;
  /**
   * Only what comes at or after this path, in the service's own order, whether or not there is such a blob.
   */
  readonly startFrom?: string | undefined;
  /** Where to continue: the `nextMarker` of a page of a listing with the same other options. */
  readonly marker?: string | undefined;
  /** What entries include beyond names and properties. */
  readonly include?: {
    readonly metadata?: boolean;
    readonly tags?: boolean;
    /**
     * The status of an asynchronous copy, without which a blob whose content is not there yet cannot be
     * recognised.
     */
    readonly copy?: boolean;
    /** Owner, group, permissions and ACL: for hierarchical accounts only. */
    readonly permissions?: boolean;
    /** Snapshots as entries of their own, which are left out by default. */
    readonly snapshots?: boolean;
  };
  /** Entries on a page, 5,000 at most and by default. A page may hold fewer. */
  readonly pageSize?: number;
  /** Ends the listing: it then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const LARGEST_PAGE = 5000;

/** The parameters of List Blobs: learn.microsoft.com/rest/api/storageservices/list-blobs */
export function toQuery({
  prefix,
  startFrom,
  marker,
  include = {},
  pageSize = LARGEST_PAGE,
}: Listing): string {
  const datasets = (['copy', 'metadata', 'permissions', 'snapshots', 'tags'] as const).filter(
    (each) => include[each],
  );
  return Object.entries({
    restype: 'container',
    comp: 'list',
    prefix,
    startFrom,
    marker,
    maxresults: pageSize,
    include: datasets.join(),
  })
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&');
}

/** One answer of List Blobs. */
export interface ListedPage extends Omit<BlobPage, 'marker'> {
  readonly entries: readonly PageEntry[];
  /** The marker of the next page; undefined after the last one. Opaque, and valid later. */
  readonly nextMarker: string | undefined;
  /**
   * The entries without those for which the predicate is true. `countInStep` then stops where one was left
   * out.
   */
  readonly leaveOut: (isLeftOut: (entry: PageEntry) => boolean) => readonly PageEntry[];
}

/** A page as the answer to a request. */
export interface AnsweredPage extends ListedPage {
  /** When the service answered, by its own clock; undefined where the answer does not say. */
  readonly readAt: Date | undefined;
}

/**
 * A blob or directory in a listing. What a comparison needs is ready; everything else is read from the page
 * on demand, so an entry that is kept keeps its page of some megabytes in memory. Its strings do not.
 */
export abstract class PageEntry implements ListedBlob {
  #path: BlobPath | undefined;

  abstract readonly name: string;
  abstract readonly etag: Etag;
  /**
   * The stamp in the metadata; undefined for a copy that is running or was aborted, whose content is not
   * there.
   */
  abstract readonly stamp: Stamp | undefined;
  /**
   * By the resource type, which only hierarchical accounts list; tools set the metadata `hdi_isfolder` on
   * flat ones, too.
   */
  abstract readonly isDirectory: boolean;
  abstract readonly isBlockBlob: boolean;
  /** The length of its content; 0 where the listing has none. */
  abstract readonly bytes: number;
  /** Of a block blob: the tier that was set on it, or that it is moving to. */
  abstract readonly tier: string | undefined;
  /** @throws DamagedPage when a property is invalid: for example a size that is not a number */
  abstract details(): ListedDetails;

  get path(): BlobPath {
    return (this.#path ??= parseBlobPath(this.name));
  }

  get metadata(): Metadata | undefined {
    return this.isDirectory ? withoutFolderMark(this.details().metadata) : undefined;
  }

  get access(): Access | undefined {
    const { access } = this.details();
    return toAccess(access?.owner, access?.group, access?.permissions, access?.acl);
  }

  get inferredTier(): string | undefined {
    return this.isBlockBlob && this.tier === undefined
      ? toInferredTier(this.details().properties)
      : undefined;
  }

  get tags(): Tags | undefined {
    return this.details().tags;
  }

  reading(): BlobPresent | undefined {
    if (this.isDirectory) return undefined;
    const { properties, metadata, isMetadataWhole } = this.details();
    if (!isMetadataWhole) return undefined;
    const { access } = this;
    return { ...toReading(properties, metadata), ...(access !== undefined && { access }) };
  }
}

/** Everything that an entry of a listing says. */
export interface ListedDetails {
  /** The input of `toReading`. */
  readonly properties: BlobProperties;
  /** With the case of its names, the stamp included. Empty when the listing did not request metadata. */
  readonly metadata: Metadata;
  /** False when XML cannot carry a metadata name. The listing does not show the name; a HEAD does. */
  readonly isMetadataWhole: boolean;
  /** Empty when the listing did not request tags. */
  readonly tags: Tags;
  /** Undefined when the listing did not request permissions. */
  readonly access: ListedAccess | undefined;
  /** `file` or `directory`; undefined on a flat account, which does not list it. */
  readonly resourceType: string | undefined;
}

/** Owner, group, permissions and ACL, on hierarchical accounts. */
export interface ListedAccess {
  readonly owner: string;
  readonly group: string;
  /** `rwxr-x---`, with a `+` at the end when the ACL has more entries. */
  readonly permissions: string;
  /** `user::rwx,group::r-x,other::---` */
  readonly acl: string;
}
