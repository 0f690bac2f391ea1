import type { Metadata } from '../../model/stamp.js';
import type { Tags } from '../../model/tags.js';
import type { BlobProperties } from '../to-reading.js';
import type { PageEntry } from './page-entry.js';

/** One answer of List Blobs. */
export interface ListedPage {
  /** In the service's order. */
  readonly entries: readonly PageEntry[];
  /** What the request for the next page names; undefined after the last one. Opaque, and good for later. */
  readonly nextMarker: string | undefined;
  /**
   * Nobody will ask its entries for anything more: its bytes may be overwritten by another page. An entry that is asked
   * all the same knows nothing.
   */
  forget(): void;
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
