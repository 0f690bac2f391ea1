import type {
  BlobItem,
  ContainerGetPropertiesResponse,
  BlobGetPropertiesResponse,
} from '@azure/storage-blob';
import type { PathGetAccessControlResponse, PathGetPropertiesResponse } from '@azure/storage-file-datalake';
import type { DifferenceName } from '../../../src/api/difference.ts';

export interface Attribute {
  readonly of: string;
  readonly mirrored: string;
  /** How a full sync finds a change: by the ETag that moves with it, by comparing, or not at all. */
  readonly fullSync: string;
  /** What verify calls a difference. */
  readonly verify: readonly DifferenceName[];
  /** How the README lists what is not mirrored. */
  readonly readme?: string;
}

const FILES = 'blobs, files';
const TREE = 'files, directories, root';
const BLOCKS = 'block blobs';
const BY_ETAG = 'by the ETag';
const ACL = 'unless `BLOBMIRROR_ACL=off`';
const own = 'no: each account has its own';

const header = (name: DifferenceName): Attribute => ({
  of: FILES,
  mirrored: 'yes',
  fullSync: BY_ETAG,
  verify: [name],
});
const access = (name: DifferenceName): Attribute => ({
  of: TREE,
  mirrored: ACL,
  fullSync: 'compared',
  verify: [name],
});
const not = (of: string, readme: string, why = 'no'): Attribute => ({
  of,
  mirrored: why,
  fullSync: 'no',
  verify: [],
  readme,
});
const none = (of: string, why: string): Attribute => ({ of, mirrored: why, fullSync: 'no', verify: [] });

/**
 * All that a path or a container carries, and what becomes of it. docs/verify.md has this table. What services tell is by
 * learn.microsoft.com/rest/api/storageservices/get-blob-properties, .../get-container-properties and
 * .../datalakestoragegen2/path/get-properties; see `TOLD_BY`.
 */
export const ATTRIBUTES = {
  Content: {
    of: FILES,
    mirrored: 'yes',
    fullSync: 'by the ETag and the size',
    verify: ['size', 'content'],
  },
  'Kind of blob': { ...header('kind'), of: 'block, append, page blobs' },
  'File or directory': {
    of: 'files, directories',
    mirrored: 'yes',
    fullSync: 'compared',
    verify: ['resource-type'],
  },
  'Content-Type': {
    ...header('content-type'),
    mirrored: 'yes; none counts as `application/octet-stream`',
  },
  'Content-Encoding': header('content-encoding'),
  'Content-Language': header('content-language'),
  'Content-Disposition': header('content-disposition'),
  'Cache-Control': header('cache-control'),
  'Content-MD5': {
    ...header('content-md5'),
    mirrored: 'yes; where the source has none, the backup may have one that the service computed',
  },
  'Content headers of a directory': not(
    'directories',
    'content headers of directories',
    'no: it has no content',
  ),
  Metadata: {
    of: 'blobs, files, directories',
    mirrored: 'yes, with the case of names',
    fullSync: 'by the ETag; of directories compared',
    verify: ['metadata'],
  },
  'Symbolic links': {
    of: 'blobs, files',
    mirrored: 'as the metadata that clients write for them; there are no hard links',
    fullSync: BY_ETAG,
    verify: ['metadata'],
  },
  'Index tags': {
    of: 'blobs of flat accounts',
    mirrored: 'with `BLOBMIRROR_TAGS=mirror`',
    fullSync: 'compared',
    verify: ['tag'],
  },
  'Access tier that was set': {
    of: BLOCKS,
    mirrored: 'by `BLOBMIRROR_TIER`, Smart included; while a blob is rehydrated, its target tier',
    fullSync: 'compared',
    verify: ['tier'],
  },
  'Access tier by default': none(
    BLOCKS,
    'no: each account has its own. A backup that has the wanted tier by default is in sync',
  ),
  'Tier of a page blob': not('page blobs', 'tiers of page blobs'),
  'Progress of tiers': none(
    BLOCKS,
    'no: priority of a rehydration, time of the last change, tier under Smart',
  ),
  Owner: access('owner'),
  Group: access('group'),
  'Permissions, with the sticky bit': access('permissions'),
  'Access control list, default entries included': access('acl'),
  'Sequence number': not(
    'page blobs',
    'sequence numbers of page blobs',
    'no; a copy by the service brings it',
  ),
  Seal: not(
    'append blobs',
    'the seal of append blobs',
    'no; a copy by the service brings it. Sealing does not move the ETag',
  ),
  Expiry: not('files', 'the expiry of files', 'no: the backup would delete the file by itself'),
  Lease: not('blobs, containers', 'leases'),
  'Legal hold, immutability policy': not('blobs, containers', 'legal holds, immutability policies'),
  Snapshots: not('blobs, files', 'snapshots', 'no; those that users make on the backup stay'),
  Versions: not('blobs', 'versions'),
  'Encryption scope and context, customer key': not(
    'blobs, files, containers',
    'encryption scopes',
    'no; a blob under a customer key cannot be read',
  ),
  'Block list': not('block, append blobs', 'block lists', 'no: content only'),
  'Creation, last access': not('all', 'times of creation and last access', own),
  'ETag, Last-Modified': {
    of: 'all',
    mirrored: 'no: the stamp names those of the source',
    fullSync: 'the stamp is compared',
    verify: ['stamp-missing', 'stamp-account', 'stamp-etag'],
  },
  'History of copies, object replication, soft deletion': none('blobs', own),
  'Container metadata': {
    of: 'containers',
    mirrored: 'when the container is created on the backup',
    fullSync: 'no',
    verify: ['container-metadata'],
    readme: 'changes of its metadata after it was created on the backup',
  },
  'Public access': {
    of: 'containers',
    mirrored: 'no: a container is created private',
    fullSync: 'no',
    verify: ['public-access'],
    readme: 'public access',
  },
  'Stored access policies': not('containers', 'stored access policies'),
} as const satisfies Record<string, Attribute>;

type AttributeName = keyof typeof ATTRIBUTES;

type Told<Answer> = Exclude<keyof Answer, '_response' | symbol | number>;

/** All that the SDKs know a service to tell of a blob, in an answer or a listing, of a container and of a path. */
type TellableName =
  | Told<BlobGetPropertiesResponse>
  | Told<BlobItem['properties']>
  | Told<ContainerGetPropertiesResponse>
  | Told<PathGetPropertiesResponse>
  | Told<PathGetAccessControlResponse>;

/** The type asks for every one of them: what a later SDK knows besides does not compile before it has its row above. */
export const TOLD_BY: Readonly<Record<TellableName, AttributeName | 'no attribute'>> = {
  etag: 'ETag, Last-Modified',
  lastModified: 'ETag, Last-Modified',
  createdOn: 'Creation, last access',
  lastAccessed: 'Creation, last access',
  lastAccessedOn: 'Creation, last access',
  metadata: 'Metadata',
  contentLength: 'Content',
  contentType: 'Content-Type',
  contentEncoding: 'Content-Encoding',
  contentLanguage: 'Content-Language',
  contentDisposition: 'Content-Disposition',
  cacheControl: 'Cache-Control',
  contentMD5: 'Content-MD5',
  blobType: 'Kind of blob',
  blobSequenceNumber: 'Sequence number',
  blobCommittedBlockCount: 'Block list',
  leaseDuration: 'Lease',
  leaseState: 'Lease',
  leaseStatus: 'Lease',
  accessTier: 'Access tier that was set',
  accessTierInferred: 'Access tier by default',
  archiveStatus: 'Access tier that was set',
  accessTierChangedOn: 'Progress of tiers',
  smartAccessTier: 'Progress of tiers',
  rehydratePriority: 'Progress of tiers',
  tagCount: 'Index tags',
  expiresOn: 'Expiry',
  isSealed: 'Seal',
  immutabilityPolicyExpiresOn: 'Legal hold, immutability policy',
  immutabilityPolicyMode: 'Legal hold, immutability policy',
  legalHold: 'Legal hold, immutability policy',
  hasImmutabilityPolicy: 'Legal hold, immutability policy',
  hasLegalHold: 'Legal hold, immutability policy',
  isImmutableStorageWithVersioningEnabled: 'Legal hold, immutability policy',
  versionId: 'Versions',
  isCurrentVersion: 'Versions',
  destinationSnapshot: 'Snapshots',
  encryptionScope: 'Encryption scope and context, customer key',
  encryptionContext: 'Encryption scope and context, customer key',
  encryptionKeySha256: 'Encryption scope and context, customer key',
  customerProvidedKeySha256: 'Encryption scope and context, customer key',
  isServerEncrypted: 'Encryption scope and context, customer key',
  serverEncrypted: 'Encryption scope and context, customer key',
  defaultEncryptionScope: 'Encryption scope and context, customer key',
  denyEncryptionScopeOverride: 'Encryption scope and context, customer key',
  blobPublicAccess: 'Public access',
  owner: 'Owner',
  group: 'Group',
  permissions: 'Permissions, with the sticky bit',
  acl: 'Access control list, default entries included',
  copyCompletedOn: 'History of copies, object replication, soft deletion',
  copyStatusDescription: 'History of copies, object replication, soft deletion',
  copyId: 'History of copies, object replication, soft deletion',
  copyProgress: 'History of copies, object replication, soft deletion',
  copySource: 'History of copies, object replication, soft deletion',
  copyStatus: 'History of copies, object replication, soft deletion',
  isIncrementalCopy: 'History of copies, object replication, soft deletion',
  incrementalCopy: 'History of copies, object replication, soft deletion',
  objectReplicationPolicyId: 'History of copies, object replication, soft deletion',
  objectReplicationRules: 'History of copies, object replication, soft deletion',
  objectReplicationDestinationPolicyId: 'History of copies, object replication, soft deletion',
  objectReplicationSourceProperties: 'History of copies, object replication, soft deletion',
  deletedOn: 'History of copies, object replication, soft deletion',
  remainingRetentionDays: 'History of copies, object replication, soft deletion',
  clientRequestId: 'no attribute',
  requestId: 'no attribute',
  version: 'no attribute',
  date: 'no attribute',
  acceptRanges: 'no attribute',
  errorCode: 'no attribute',
};
