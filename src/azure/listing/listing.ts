import { type BlobProperties, toInferredTier, toReading, withoutFolderMark } from '../blob/to-reading.ts';
import { type Access, toAccess } from '../../model/access.ts';
import type { Etag } from '../../model/etag.ts';
import { type BlobPath, parseBlobPath } from '../../model/key.ts';
import type { BlobPresent, Tags } from '../../model/reading.ts';
import type { Metadata, Stamp } from '../../model/stamp.ts';
import type { BlobPage, ListedBlob } from '../../ports/blob-reader.ts';

/** What to list of a container. */
export interface Listing {
  /** Only what is named so from its beginning. */
  readonly prefix?: string | undefined;
  /** Only what comes at this path or after it, in the service's own order, whether or not there is such a blob. */
  readonly startFrom?: string | undefined;
  /** Where to go on: the `nextMarker` of a page of a listing that was otherwise the same. */
  readonly marker?: string | undefined;
  /** What entries tell beyond names and properties. */
  readonly include?: {
    readonly metadata?: boolean;
    readonly tags?: boolean;
    /** The status of an asynchronous copy, without which nobody can tell that a blob's content is not there yet. */
    readonly copy?: boolean;
    /** Owner, group, permissions and ACL: for hierarchical accounts only. */
    readonly permissions?: boolean;
    /** Entries of their own, which are left out otherwise. */
    readonly snapshots?: boolean;
  };
  /** Entries on a page, 5,000 at most, which is also what it is when nothing is said. A page may hold fewer. */
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
  /** What the request for the next page names; undefined after the last one. Opaque, and good for later. */
  readonly nextMarker: string | undefined;
  /** The entries without some. `countInStep` then stops where one was left out. */
  readonly leaveOut: (isLeftOut: (entry: PageEntry) => boolean) => readonly PageEntry[];
}

/** A page as it was answered to a request. */
export interface AnsweredPage extends ListedPage {
  /** When the service answered, by its own clock; undefined where the answer does not tell. */
  readonly readAt: Date | undefined;
}

/**
 * A blob or directory in a listing. What a comparison needs is at hand; all else is read out of the page when it is
 * asked for, so an entry that is kept keeps its page of some megabytes in memory. Its strings do not.
 */
export abstract class PageEntry implements ListedBlob {
  #path: BlobPath | undefined;

  abstract readonly name: string;
  abstract readonly etag: Etag;
  /** What the metadata's stamp says; undefined for a copy that is under way or was given up, whose content is not there. */
  abstract readonly stamp: Stamp | undefined;
  /** By its resource type, which hierarchical accounts tell; the mark `hdi_isfolder` in the metadata tools set on flat ones, too. */
  abstract readonly isDirectory: boolean;
  abstract readonly isBlockBlob: boolean;
  /** The length of its content; 0 where the listing tells none. */
  abstract readonly bytes: number;
  /** Of a block blob: the tier that was set on it, or that it is on its way to. */
  abstract readonly tier: string | undefined;
  /** @throws DamagedPage when a property is none: a size that is no number, for one */
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

/** All that an entry of a listing says. */
export interface ListedDetails {
  /** What `toReading` takes. */
  readonly properties: BlobProperties;
  /** With the case of its names, the stamp among it. Empty when the listing was not asked for metadata. */
  readonly metadata: Metadata;
  /** False when a metadata name is one that XML cannot carry. The listing does not tell which; a HEAD does. */
  readonly isMetadataWhole: boolean;
  /** Empty when the listing was not asked for tags. */
  readonly tags: Tags;
  /** Undefined when the listing was not asked for permissions. */
  readonly access: ListedAccess | undefined;
  /** `file` or `directory`; undefined on a flat account, which does not tell it. */
  readonly resourceType: string | undefined;
}

/** Who may do what, on hierarchical accounts. */
export interface ListedAccess {
  readonly owner: string;
  readonly group: string;
  /** `rwxr-x---`, with a `+` at the end when there is more in the ACL. */
  readonly permissions: string;
  /** `user::rwx,group::r-x,other::---` */
  readonly acl: string;
}
