import type { Metadata } from '../../model/stamp.ts';
import type { Tags } from '../../model/tags.ts';
import type { BlobProperties } from '../to-reading.ts';

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
