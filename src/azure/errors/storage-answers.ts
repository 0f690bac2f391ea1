import type { ErrorCode } from '../../model/errors.ts';
import type { RefusalReason, WriteOutcome } from '../../ports/write-outcome.ts';

/**
 * The meaning of every answer of the Blob and the Data Lake service that one of our requests can meet, once
 * as the answer to a read and once as the answer to a write. docs/errors.md is generated from this table.
 * Sources: learn.microsoft.com/rest/api/storageservices/blob-service-error-codes,
 * .../common-rest-api-error-codes and .../datalakestoragegen2/path/create, .../update and .../delete; the
 * codes of copy sources as seen in Azure/azure-sdk-for-java#24881 and Azure/azure-storage-python#720.
 */
export interface StorageAnswer {
  readonly status: number;
  /** The service's own code: the `x-ms-error-code` header. */
  readonly service: string;
  readonly read: ReadMeaning;
  readonly write: WriteMeaning;
  /** A write goes to the backup account. These answers concern the account that it copies from. */
  readonly of?: 'source';
}

/** `absent` proves that there is no such blob (invariant 7), for a caller that asked. */
export type ReadMeaning = ErrorCode | 'absent';
/**
 * An error code, or a condition that did not hold: then the key is read again, or skipped with the reason.
 */
export type WriteMeaning = ErrorCode | Refusal;

export type Refusal = 'backup-precondition-failed' | 'source-precondition-failed' | RefusalReason;

export function toRefusedOutcome(refusal: Refusal): WriteOutcome {
  return refusal === 'backup-precondition-failed' || refusal === 'source-precondition-failed'
    ? { kind: refusal }
    : { kind: 'refused', reason: refusal };
}

export function isRefusal(meaning: ReadMeaning | WriteMeaning): meaning is Refusal {
  return REFUSALS.has(meaning);
}

const REFUSALS: ReadonlySet<string> = new Set<Refusal>([
  'backup-precondition-failed',
  'source-precondition-failed',
  'backup-leased',
  'backup-immutable',
  'backup-has-snapshots',
  'backup-versions-of-another-kind',
]);

const same = (status: number, meaning: ErrorCode, ...services: readonly string[]): readonly StorageAnswer[] =>
  services.map((service) => ({ status, service, read: meaning, write: meaning }));

const each = (
  status: number,
  { read, write }: Pick<StorageAnswer, 'read' | 'write'>,
  ...services: readonly string[]
): readonly StorageAnswer[] => services.map((service) => ({ status, service, read, write }));

const copySource = (write: WriteMeaning, ...statuses: readonly number[]): readonly StorageAnswer[] =>
  statuses.map((status) => ({
    status,
    service: 'CannotVerifyCopySource',
    read: 'storage-rejected',
    write,
    of: 'source',
  }));

export const STORAGE_ANSWERS: readonly StorageAnswer[] = [
  // Overload. A busy service has not begun; a request that timed out may have been carried out.
  ...same(503, 'storage-throttled', 'ServerBusy'),
  ...same(429, 'storage-throttled', 'TooManyRequests'),
  ...each(500, { read: 'storage-throttled', write: 'write-outcome-unknown' }, 'OperationTimedOut'),
  ...each(500, { read: 'storage-unavailable', write: 'write-outcome-unknown' }, 'InternalError'),

  // Not found. A write meets this when the container or the blob existed a moment ago.
  ...each(404, { read: 'absent', write: 'backup-precondition-failed' }, 'BlobNotFound', 'ContainerNotFound'),
  ...each(404, { read: 'absent', write: 'backup-precondition-failed' }, 'PathNotFound', 'FilesystemNotFound'),
  // For a rename on the backup: the source of the rename, and the parent directory of its target.
  ...each(
    404,
    { read: 'absence-not-proven', write: 'backup-precondition-failed' },
    'SourcePathNotFound',
    'RenameDestinationParentPathNotFound',
  ),
  ...same(404, 'absence-not-proven', 'ResourceNotFound'),

  // Another writer was first.
  ...each(
    412,
    { read: 'race-lost', write: 'backup-precondition-failed' },
    'ConditionNotMet',
    'TargetConditionNotMet',
    'AppendPositionConditionNotMet',
    'MaxBlobSizeConditionNotMet',
    'SequenceNumberConditionNotMet',
  ),
  ...each(412, { read: 'race-lost', write: 'source-precondition-failed' }, 'SourceConditionNotMet'),
  ...each(416, { read: 'race-lost', write: 'source-precondition-failed' }, 'InvalidRange'),
  ...each(
    409,
    { read: 'race-lost', write: 'backup-precondition-failed' },
    'BlobAlreadyExists',
    'ResourceAlreadyExists',
    'ContainerAlreadyExists',
    'BlobOverwritten',
    'PendingCopyOperation',
    'NoPendingCopyOperation',
    'CopyIdMismatch',
  ),
  // A blob of another kind exists, or versions of another kind do: see copy/choose-engine.ts.
  ...each(409, { read: 'race-lost', write: 'backup-versions-of-another-kind' }, 'InvalidBlobType'),
  // Conflicts in the tree of a hierarchical account: a directory where a file is to be, a file as a parent,
  // or anything in a directory that was to be empty.
  ...each(
    409,
    { read: 'race-lost', write: 'backup-precondition-failed' },
    'PathAlreadyExists',
    'PathConflict',
    'ResourceTypeMismatch',
    'InvalidDestinationPath',
    'DirectoryNotEmpty',
    'DirectoryIsNotEmpty',
    'InvalidRenameSourcePath',
    'InvalidSourceOrDestinationResourceType',
  ),
  // The blocks to commit are gone, because another writer committed its own.
  ...each(400, { read: 'storage-rejected', write: 'backup-precondition-failed' }, 'InvalidBlockList'),
  // The source or the backup blob was archived since it was read: no write can read or overwrite an archived
  // blob (rclone/rclone#3982, Azure/azure-storage-azcopy#993). The next reading shows which.
  ...each(409, { read: 'race-lost', write: 'backup-precondition-failed' }, 'BlobArchived'),

  // The backup account could not read the source.
  ...copySource('source-precondition-failed', 404, 412, 416),
  ...copySource('storage-forbidden', 401, 403),
  ...copySource('storage-throttled', 429, 503),
  ...copySource('storage-unavailable', 408, 500, 502, 504),
  // Also the answer for a source that was archived meanwhile, or that requires another permission: the next
  // engine shows.
  ...copySource('storage-rejected', 400, 409),

  // Locked by something that only a person can remove.
  ...each(412, { read: 'storage-rejected', write: 'backup-leased' }, 'LeaseIdMissing'),
  ...each(
    409,
    { read: 'storage-rejected', write: 'backup-immutable' },
    'BlobImmutableDueToPolicy',
    'BlobImmutableDueToLegalHold',
  ),
  // Deleted snapshots count too once the account's soft delete was turned off:
  // microsoft/AzureStorageExplorer#486.
  ...each(409, { read: 'storage-rejected', write: 'backup-has-snapshots' }, 'SnapshotsPresent'),
  ...same(409, 'blob-needs-customer-key', 'BlobUsesCustomerSpecifiedEncryption'),

  // In progress; ends in minutes or hours.
  ...same(
    409,
    'storage-not-ready',
    'ContainerBeingDeleted',
    'FilesystemBeingDeleted',
    'SourcePathIsBeingDeleted',
    'DestinationPathIsBeingDeleted',
    'BlobBeingRehydrated',
    'AccountBeingCreated',
    'SystemInUse',
    'SnapshotOperationRateExceeded',
  ),
  ...same(400, 'content-damaged', 'Md5Mismatch', 'Crc64Mismatch'),

  // Credentials, roles, network rules. Waiting does not help; a person fixes it, without touching a message.
  ...same(401, 'storage-forbidden', 'NoAuthenticationInformation', 'InvalidAuthenticationInfo'),
  ...same(400, 'storage-forbidden', 'InvalidAuthenticationInfo'),
  ...same(
    403,
    'storage-forbidden',
    'AuthenticationFailed',
    'AuthorizationFailure',
    'AuthorizationPermissionMismatch',
    'AuthorizationProtocolMismatch',
    'AuthorizationResourceTypeMismatch',
    'AuthorizationServiceMismatch',
    'AuthorizationSourceIPMismatch',
    'AccountIsDisabled',
    'InsufficientAccountPermissions',
    'UnauthorizedBlobOverwrite',
  ),
  ...same(409, 'storage-forbidden', 'ContainerDisabled', 'PublicAccessNotPermitted'),

  // Permanently wrong: a name, a header or a size that the service does not accept.
  ...same(
    400,
    'storage-rejected',
    'InvalidResourceName',
    'InvalidUri',
    'RequestUrlFailedToParse',
    'InvalidInput',
    'OutOfRangeInput',
    'InvalidHeaderValue',
    'UnsupportedHeader',
    'MissingRequiredHeader',
    'InvalidQueryParameterValue',
    'OutOfRangeQueryParameterValue',
    'UnsupportedQueryParameter',
    'MissingRequiredQueryParameter',
    'InvalidXmlDocument',
    'InvalidXmlNodeValue',
    'MissingRequiredXmlNode',
    'UnsupportedXmlNode',
    'ConditionHeadersNotSupported',
    'MultipleConditionHeadersNotSupported',
    'InvalidMetadata',
    'EmptyMetadataKey',
    'MetadataTooLarge',
    'InvalidMd5',
    'InvalidBlobOrBlock',
    'InvalidBlockId',
    'BlockListTooLong',
    'InvalidPageRange',
    'InvalidBlobTier',
    'InvalidSourceBlobUrl',
    'InvalidSourceUri',
    'InvalidPropertyName',
    'CopyAcrossAccountsNotSupported',
    'BlobAccessTierNotSupportedForAccountType',
  ),
  ...same(
    409,
    'storage-rejected',
    'BlobOperationNotSupported',
    'BlobTierInadequateForContentLength',
    'BlockCountExceedsLimit',
    'CannotChangeToLowerTier',
    'ContentLengthLargerThanTierLimit',
    'FeatureVersionMismatch',
    'InvalidSourceBlobType',
    'InvalidVersionForPageBlobOperation',
    'FeatureNotYetSupportedForHierarchicalNamespaceAccounts',
    'BlobNotArchived',
    'InvalidOperation',
  ),
  ...same(405, 'storage-rejected', 'UnsupportedHttpVerb'),
  ...same(400, 'storage-rejected', 'InvalidHttpVerb'),
  ...same(411, 'storage-rejected', 'MissingContentLengthHeader'),
  ...same(413, 'storage-rejected', 'RequestBodyTooLarge'),
];

/**
 * An answer that is not in the table is judged by its status; a status that is not listed either is
 * `storage-rejected`.
 */
export const STATUS_ANSWERS: readonly (Omit<StorageAnswer, 'service' | 'of' | 'status'> & {
  readonly from: number;
  readonly to: number;
  /**
   * Only from the service itself; from anything else it is `answer-not-of-service`, or a write of unknown
   * outcome.
   */
  readonly ofServiceAlone?: true;
})[] = [
  // Not what the service returns on success, or the SDK would not have thrown.
  { from: 100, to: 399, read: 'answer-not-of-service', write: 'write-outcome-unknown' },
  { from: 401, to: 401, read: 'storage-forbidden', write: 'storage-forbidden', ofServiceAlone: true },
  { from: 403, to: 403, read: 'storage-forbidden', write: 'storage-forbidden', ofServiceAlone: true },
  // A proxy says this about itself.
  { from: 407, to: 407, read: 'storage-forbidden', write: 'storage-forbidden' },
  { from: 404, to: 404, read: 'absence-not-proven', write: 'absence-not-proven' },
  { from: 410, to: 410, read: 'absence-not-proven', write: 'absence-not-proven' },
  { from: 408, to: 408, read: 'storage-unavailable', write: 'write-outcome-unknown' },
  { from: 412, to: 412, read: 'race-lost', write: 'race-lost', ofServiceAlone: true },
  { from: 429, to: 429, read: 'storage-throttled', write: 'storage-throttled' },
  { from: 503, to: 503, read: 'storage-throttled', write: 'write-outcome-unknown' },
  { from: 500, to: 599, read: 'storage-unavailable', write: 'write-outcome-unknown' },
];
