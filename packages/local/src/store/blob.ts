/** What the store keeps of a blob, a directory and a container. Azurite's handlers use the same shapes. */

/** A range of bytes of stored content. Several blobs may share one content. */
export interface Extent {
  /** Of the content; `ZERO_EXTENT` for bytes that are all zero. */
  readonly id: string;
  readonly offset: number;
  readonly count: number;
}

/** Azurite's name for unwritten pages. */
export const ZERO_EXTENT = '*ZERO*';

/** A block of a blob that was committed, or appended. */
export interface Block {
  /** Base64; empty for an appended block. */
  readonly name: string;
  readonly size: number;
  readonly persistency: Extent;
}

/** A staged block. */
export interface StagedBlock extends Block {
  readonly isCommitted: false;
}

/** Written pages; `start` and `end` are the first and last byte. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
  readonly persistency: Extent;
}

export interface BlobTags {
  readonly blobTagSet: readonly { readonly key: string; readonly value: string }[];
}

export type Metadata = Record<string, string>;

export interface ContentHeaders {
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  contentLanguage?: string | undefined;
  contentDisposition?: string | undefined;
  cacheControl?: string | undefined;
}

export interface LeaseProperties {
  leaseStatus?: string | undefined;
  leaseState?: string | undefined;
  /** `infinite` or `fixed`. */
  leaseDuration?: string | undefined;
}

export interface BlobProperties extends ContentHeaders, LeaseProperties {
  creationTime?: Date | undefined;
  lastModified: Date;
  /** With its quotes. */
  etag: string;
  contentLength?: number | undefined;
  contentMD5?: Uint8Array | undefined;
  blobType?: string | undefined;
  accessTier?: string | undefined;
  accessTierInferred?: boolean | undefined;
  accessTierChangeTime?: Date | undefined;
  serverEncrypted?: boolean | undefined;
  blobSequenceNumber?: number | undefined;
  isSealed?: boolean | undefined;
  copyId?: string | undefined;
  copyStatus?: string | undefined;
  copySource?: string | undefined;
  copyProgress?: string | undefined;
  copyCompletionTime?: Date | undefined;
  incrementalCopy?: boolean | undefined;
  /** Not stored. */
  tagCount?: number | undefined;
  /** Not stored, as the next one: listings set them. */
  deletedTime?: Date;
  remainingRetentionDays?: number;
  /** Not stored, as the next two: listings set them. */
  immutabilityPolicyExpiresOn?: Date;
  immutabilityPolicyMode?: string;
  legalHold?: boolean;
  /** Not stored: listings of hierarchical accounts set it and the members below. */
  resourceType?: BlobKind;
  owner?: string;
  group?: string;
  permissions?: string;
  acl?: string;
}

export interface Lease {
  leaseId?: string | undefined;
  leaseDurationSeconds?: number | undefined;
  leaseExpireTime?: Date | undefined;
  leaseBreakTime?: Date | undefined;
}

export type BlobKind = 'file' | 'directory';

export interface ImmutabilityPolicy {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly mode: 'unlocked' | 'locked';
}

/** What hierarchical accounts keep of a path besides. */
export interface PathAccess {
  owner: string;
  group: string;
  /** Access and default entries, in the form of `x-ms-acl`. */
  acl: string;
  /** The sticky bit, which no entry of the list can express. */
  sticky: boolean;
}

/**
 * A blob, a snapshot of one, or a directory; of a new one, what is to be stored. Each read makes an object of
 * its own: changing it changes nothing in the store until it is saved.
 */
export interface Blob extends Lease {
  /** Set once it is stored. A rename and an overwrite keep it in hierarchical accounts. */
  id?: number;
  accountName: string;
  containerName: string;
  /** The path in the container by which it was asked for. */
  name: string;
  /** Empty for the blob itself. */
  snapshot: string;
  /** Set where it is no blob or snapshot that is there: a previous version, or what was deleted and can be restored. */
  former?: 'version' | 'deleted' | undefined;
  /** Its version id, when it is a version: the current one, a previous one, or one that was deleted. */
  version?: string | undefined;
  /** Until when a version cannot be deleted. */
  policy?: ImmutabilityPolicy | undefined;
  /** A legal hold keeps a version from being deleted. */
  isHeld?: boolean | undefined;
  /** Of what was deleted, in milliseconds since 1970: when, and when it goes. */
  deletedAt?: number | undefined;
  expiresAt?: number | undefined;
  /** Not stored: listings of hierarchical accounts tell by which deletion a path went. */
  deletionId?: string;
  /** Not stored: the entry of a listing that stands for a name with versions and no current one. */
  hasVersionsOnly?: boolean;
  /** Azurite's mark of a deleted blob. Not stored: listings set it. */
  deleted?: boolean | undefined;
  isCommitted: boolean;
  properties: BlobProperties;
  metadata?: Metadata | undefined;
  blobTags?: BlobTags | undefined;
  /** The whole content of a blob without blocks and pages. */
  persistency?: Extent | undefined;
  /** `Parts.load` sets these two: a read of the blob alone leaves them out. */
  committedBlocksInOrder?: readonly Block[] | undefined;
  pageRangesInOrder?: readonly PageRange[] | undefined;
  kind?: BlobKind | undefined;
  /** The API that wrote the content: blocks of one cannot be added to content of the other. */
  writer?: 'blob' | 'path' | undefined;
  /** Hierarchical accounts only. */
  access?: PathAccess | undefined;
}

/** A blob as the store has it. */
export interface StoredBlob extends Blob {
  id: number;
  /** The id of the directory it is in; of the root of its container in a flat account. */
  parent: number;
  /** Its name in that directory: the whole path in a flat account. Empty for the root of a container. */
  segment: string;
  kind: BlobKind;
}

interface ContainerProperties extends LeaseProperties {
  lastModified: Date;
  /** With its quotes. */
  etag: string;
  publicAccess?: string | undefined;
  hasImmutabilityPolicy?: boolean | undefined;
  hasLegalHold?: boolean | undefined;
  /** Not stored. */
  isImmutableStorageWithVersioningEnabled?: boolean;
  /** Not stored, as the next one: listings set them. */
  deletedTime?: Date;
  remainingRetentionDays?: number;
}

export interface Container extends Lease {
  accountName: string;
  name: string;
  properties: ContainerProperties;
  metadata?: Metadata | undefined;
  /** Stored access policies, in Azurite's shape. */
  containerAcl?: readonly object[] | undefined;
}

export interface StoredContainer extends Container {
  readonly id: number;
  /** The blob id of its root directory. */
  readonly root: number;
}
