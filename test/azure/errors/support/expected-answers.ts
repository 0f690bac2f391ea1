import type { ReadMeaning, WriteMeaning } from '../../../../src/azure/errors/storage-answers.ts';

/** What an answer is to mean, written by hand: nothing here is taken from the code that it judges. */
export interface ExpectedAnswer {
  readonly status: number;
  readonly service: string;
  readonly read: ReadMeaning;
  readonly write: WriteMeaning;
  readonly of: 'source' | 'backup';
}

function all(
  read: ReadMeaning,
  write: WriteMeaning,
  codesByStatus: Readonly<Record<number, string>>,
  of: ExpectedAnswer['of'] = 'backup',
): readonly ExpectedAnswer[] {
  return Object.entries(codesByStatus).flatMap(([status, codes]) =>
    codes.split(' ').map((service) => ({ status: Number(status), service, read, write, of })),
  );
}

/** Nothing but these proves that something is not there: deletions rely on it. */
const ABSENT = all('absent', 'backup-precondition-failed', {
  404: 'BlobNotFound ContainerNotFound PathNotFound FilesystemNotFound',
});

/** What was read is not what is there now: the key is read again, and nothing was written. */
const CHANGED = [
  ...all('absence-not-proven', 'backup-precondition-failed', {
    404: 'SourcePathNotFound RenameDestinationParentPathNotFound',
  }),
  ...all('race-lost', 'backup-precondition-failed', {
    409: [
      'BlobAlreadyExists ResourceAlreadyExists ContainerAlreadyExists BlobOverwritten',
      'PendingCopyOperation NoPendingCopyOperation CopyIdMismatch BlobArchived',
      'PathAlreadyExists PathConflict ResourceTypeMismatch InvalidDestinationPath',
      'DirectoryNotEmpty DirectoryIsNotEmpty InvalidRenameSourcePath InvalidSourceOrDestinationResourceType',
    ].join(' '),
    412: 'ConditionNotMet TargetConditionNotMet AppendPositionConditionNotMet MaxBlobSizeConditionNotMet SequenceNumberConditionNotMet',
  }),
  ...all('storage-rejected', 'backup-precondition-failed', { 400: 'InvalidBlockList' }),
  ...all('race-lost', 'source-precondition-failed', { 412: 'SourceConditionNotMet', 416: 'InvalidRange' }),
];

/** The backup account speaks of the source, from which it was to copy. */
const OF_SOURCE = [
  ...all(
    'storage-rejected',
    'source-precondition-failed',
    { 404: 'CannotVerifyCopySource', 412: 'CannotVerifyCopySource', 416: 'CannotVerifyCopySource' },
    'source',
  ),
  ...all(
    'storage-rejected',
    'storage-forbidden',
    { 401: 'CannotVerifyCopySource', 403: 'CannotVerifyCopySource' },
    'source',
  ),
  ...all(
    'storage-rejected',
    'storage-throttled',
    { 429: 'CannotVerifyCopySource', 503: 'CannotVerifyCopySource' },
    'source',
  ),
  ...all(
    'storage-rejected',
    'storage-unavailable',
    {
      408: 'CannotVerifyCopySource',
      500: 'CannotVerifyCopySource',
      502: 'CannotVerifyCopySource',
      504: 'CannotVerifyCopySource',
    },
    'source',
  ),
  ...all(
    'storage-rejected',
    'storage-rejected',
    { 400: 'CannotVerifyCopySource', 409: 'CannotVerifyCopySource' },
    'source',
  ),
];

/** Only a person removes what refuses these writes: the key is left with the reason. */
const LEFT = [
  ...all('storage-rejected', 'backup-leased', { 412: 'LeaseIdMissing' }),
  ...all('storage-rejected', 'backup-immutable', {
    409: 'BlobImmutableDueToPolicy BlobImmutableDueToLegalHold',
  }),
  ...all('storage-rejected', 'backup-has-snapshots', { 409: 'SnapshotsPresent' }),
  ...all('race-lost', 'backup-versions-of-another-kind', { 409: 'InvalidBlobType' }),
];

/** Passes by itself. A write that timed out may have been done; one that a busy service refused was not. */
const PASSING = [
  ...all('storage-throttled', 'storage-throttled', { 429: 'TooManyRequests', 503: 'ServerBusy' }),
  ...all('storage-throttled', 'write-outcome-unknown', { 500: 'OperationTimedOut' }),
  ...all('storage-unavailable', 'write-outcome-unknown', { 500: 'InternalError' }),
  ...all('absence-not-proven', 'absence-not-proven', { 404: 'ResourceNotFound' }),
  ...all('content-damaged', 'content-damaged', { 400: 'Md5Mismatch Crc64Mismatch' }),
  ...all('storage-not-ready', 'storage-not-ready', {
    409: 'ContainerBeingDeleted FilesystemBeingDeleted SourcePathIsBeingDeleted DestinationPathIsBeingDeleted BlobBeingRehydrated AccountBeingCreated SystemInUse SnapshotOperationRateExceeded',
  }),
];

/** A person corrects a credential, a role or a rule of the network: messages wait, none becomes a dead letter. */
const FORBIDDEN = all('storage-forbidden', 'storage-forbidden', {
  400: 'InvalidAuthenticationInfo',
  401: 'NoAuthenticationInformation InvalidAuthenticationInfo',
  403: [
    'AuthenticationFailed AuthorizationFailure AuthorizationPermissionMismatch AuthorizationProtocolMismatch',
    'AuthorizationResourceTypeMismatch AuthorizationServiceMismatch AuthorizationSourceIPMismatch',
    'AccountIsDisabled InsufficientAccountPermissions UnauthorizedBlobOverwrite',
  ].join(' '),
  409: 'ContainerDisabled PublicAccessNotPermitted',
});

/** No retry helps: the request itself is wrong for this blob. */
const REJECTED = [
  ...all('storage-rejected', 'storage-rejected', {
    400: [
      'InvalidResourceName InvalidUri RequestUrlFailedToParse InvalidInput OutOfRangeInput InvalidHttpVerb',
      'InvalidHeaderValue UnsupportedHeader MissingRequiredHeader',
      'InvalidQueryParameterValue OutOfRangeQueryParameterValue UnsupportedQueryParameter MissingRequiredQueryParameter',
      'InvalidXmlDocument InvalidXmlNodeValue MissingRequiredXmlNode UnsupportedXmlNode',
      'ConditionHeadersNotSupported MultipleConditionHeadersNotSupported',
      'InvalidMetadata EmptyMetadataKey MetadataTooLarge InvalidMd5',
      'InvalidBlobOrBlock InvalidBlockId BlockListTooLong InvalidPageRange InvalidBlobTier',
      'InvalidSourceBlobUrl InvalidSourceUri InvalidPropertyName',
      'CopyAcrossAccountsNotSupported BlobAccessTierNotSupportedForAccountType',
    ].join(' '),
    405: 'UnsupportedHttpVerb',
    409: [
      'BlobOperationNotSupported BlobTierInadequateForContentLength BlockCountExceedsLimit CannotChangeToLowerTier',
      'ContentLengthLargerThanTierLimit FeatureVersionMismatch InvalidSourceBlobType InvalidVersionForPageBlobOperation',
      'FeatureNotYetSupportedForHierarchicalNamespaceAccounts BlobNotArchived InvalidOperation',
    ].join(' '),
    411: 'MissingContentLengthHeader',
    413: 'RequestBodyTooLarge',
  }),
  ...all('blob-needs-customer-key', 'blob-needs-customer-key', {
    409: 'BlobUsesCustomerSpecifiedEncryption',
  }),
];

export const EXPECTED_ANSWERS: readonly ExpectedAnswer[] = [
  ...ABSENT,
  ...CHANGED,
  ...OF_SOURCE,
  ...LEFT,
  ...PASSING,
  ...FORBIDDEN,
  ...REJECTED,
];
