import type { Etag } from '../../model/etag.js';
import type { Metadata, Stamp } from '../../model/stamp.js';
import type { Tags } from '../../model/tags.js';
import type { PairsAhead } from '../../ports/blob-reader.js';
import type { BlobProperties } from '../to-reading.js';

/** One answer of List Blobs. */
export interface ListedPage {
  /** In the service's order. */
  readonly entries: readonly ListedEntry[];
  /** What the request for the next page names; undefined after the last one. Opaque, and good for later. */
  readonly nextMarker: string | undefined;
  /**
   * Nobody will ask its entries for anything more: its bytes may be overwritten by another page. An entry that is asked
   * all the same knows nothing.
   */
  forget(): void;
}

/**
 * A blob or directory in a listing. What a comparison needs is at hand; all else is read out of the page when it is
 * asked for, so an entry that is kept keeps its page of some megabytes in memory. Its strings do not.
 */
export interface ListedEntry {
  readonly name: string;
  readonly etag: Etag;
  /** What the metadata's stamp says; undefined for a copy that is under way or was given up, whose content is not there. */
  readonly stamp: Stamp | undefined;
  /** By its resource type, which hierarchical accounts tell; the mark `hdi_isfolder` in the metadata tools set on flat ones, too. */
  readonly isDirectory: boolean;
  readonly isBlockBlob: boolean;
  /** The length of its content; 0 where the listing tells none. */
  readonly bytes: number;
  /** Of a block blob: the tier that was set on it, or that it is on its way to. */
  readonly tier: string | undefined;
  /** @throws Error when a property is none: a size that is no number, for one */
  details(): ListedDetails;
  /** See `ListedBlob`. */
  ascendsTo?(last: ListedEntry): boolean;
  countInStep?(backup: ListedEntry, ahead: PairsAhead<ListedEntry>): number;
}

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
