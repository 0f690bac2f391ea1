import { operationParameters, operations, storageError } from '../azurite/azurite.ts';
import type { AzuriteError, Context, LocalRequest } from '../azurite/azurite-model.ts';

/**
 * Features of Azure that this storage lacks. Azurite ignores most of them, so that a request did something
 * else than asked: a DELETE of a version deleted the blob, a structured body was stored with its envelope.
 * Here they are refused, with Azure's codes for unsupported features
 * (learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes) and a message that says that the
 * limit is this storage's. Parameters and headers unknown to Azure are ignored, as in Azure.
 */

/** Query parameters that select or change an operation: each is allowed only for operations that list it. */
const decisive = [
  'action',
  'comp',
  'deletetype',
  'prevsnapshot',
  'resource',
  'restype',
  'snapshot',
  'versionid',
];

/** Those of them that no operation here supports, although Azurite lists them. */
const never = new Set(['deletetype', 'prevsnapshot']);

/**
 * Parameters that an operation accepts although Azurite does not list them; with a value where only that one
 * is allowed.
 */
const alsoTaken: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  // A snapshot is refused elsewhere, with Azure's own error.
  Blob_AcquireLease: { snapshot: null },
  Blob_SetImmutabilityPolicy: { versionid: null },
  Blob_DeleteImmutabilityPolicy: { versionid: null },
  Blob_SetLegalHold: { versionid: null },
  // Asks for metadata only, which every answer includes.
  Blob_GetProperties: { comp: 'metadata' },
  Container_GetProperties: { comp: 'metadata' },
  Container_GetPropertiesWithHead: { comp: 'metadata' },
  // The JavaScript SDK mistakes the account in the path for a container.
  Service_SubmitBatch: { restype: 'container' },
};

/** Operations that Azurite knows by name only; `comp` selects each. */
const missing = new Set([
  'Blob_SetExpiry',
  'Blob_Query',
  'PageBlob_GetPageRangesDiff',
  'PageBlob_CopyIncremental',
]);

/** The allowed values of a listing's `include`. */
const included = new Set([
  'copy',
  'deleted',
  'deletedwithversions',
  'immutabilitypolicy',
  'legalhold',
  'metadata',
  'permissions',
  'snapshots',
  'system',
  'tags',
  'uncommittedblobs',
  'versions',
]);

/** Operations that accounts with version-level WORM have. */
const ofImmutable = new Set([
  'Blob_SetImmutabilityPolicy',
  'Blob_DeleteImmutabilityPolicy',
  'Blob_SetLegalHold',
]);

/** Writes that make a version in such accounts, for which they take a policy or a hold. */
const protecting = new Set([
  'AppendBlob_Create',
  'BlockBlob_CommitBlockList',
  'BlockBlob_PutBlobFromUrl',
  'BlockBlob_Upload',
  'Blob_CopyFromURL',
  'Blob_StartCopyFromURL',
  'PageBlob_Create',
]);
const protection = [
  'x-ms-immutability-policy-until-date',
  'x-ms-immutability-policy-mode',
  'x-ms-legal-hold',
];

/** Headers that this storage cannot honour. */
const headers = new Set([
  'x-ms-default-encryption-scope',
  'x-ms-delete-type-permanent',
  'x-ms-deny-encryption-scope-override',
  'x-ms-legal-hold',
  'x-ms-previous-snapshot-url',
  'x-ms-range-get-content-crc64',
  'x-ms-seal-blob',
  'x-ms-source-content-crc64',
  'x-ms-undelete-source',
]);

/** Whole families of them. */
const families = /^x-ms-(?:encryption|expiry|immutability|source-encryption|structured)-/;

/** What the URLs in these headers may not name. */
const sources: Readonly<Record<string, RegExp>> = {
  'x-ms-copy-source': /[?&]deletionid=/i,
  'x-ms-rename-source': /[?&](versionid|deletionid)=/i,
};

/** Refuses a missing operation. Runs before authentication, since Azurite has no permissions for it. */
export function refuseMissing(context: Context, request: LocalRequest): void {
  const operation = operations[context.operation] ?? '';
  const isMissing = ofImmutable.has(operation) && context.context.isImmutable !== true;
  if (isMissing || missing.has(operation))
    throw unsupported(context, 'query parameter', 'comp', request.getQuery('comp'));
}

/**
 * Refuses a request of the Blob API, or a part of a batch, that asks for an unsupported feature, or for a part of an entry of a
 * listing.
 */
export function refuseUnsupported(context: Context, request: LocalRequest): void {
  for (const name of decisive) {
    const value = request.getQuery(name);
    if (value !== undefined && !isTaken(context.operation, name, value))
      throw unsupported(context, 'query parameter', name, value);
  }
  for (const name of (request.getQuery('include') ?? '').split(',').filter(Boolean))
    if (!included.has(name.toLowerCase())) throw invalidQuery(context, 'include', name);
  const most = request.getQuery('maxresults');
  if (most && !/^-?\d+$/.test(most)) throw invalidQuery(context, 'maxresults', most);
  refuseUnsupportedHeaders(context, request, [], headersTakenBy(context));
}

/** Headers that are not supported otherwise. */
function headersTakenBy(context: Context): readonly string[] {
  const operation = operations[context.operation] ?? '';
  if (operation === 'Blob_Undelete') return ['x-ms-undelete-source'];
  const takes = ofImmutable.has(operation) || protecting.has(operation);
  return takes && context.context.isImmutable === true ? protection : [];
}

function isTaken(operation: number, name: string, value: string): boolean {
  const also = alsoTaken[operations[operation] ?? '']?.[name];
  if (also === null || also === value) return true;
  const parameter = operationParameters(operation).find((each) => each.name === name);
  if (parameter === undefined || never.has(name)) return false;
  return parameter.value === undefined || parameter.value === value;
}

/** Refuses a request of either API by its headers. */
export function refuseUnsupportedHeaders(
  context: Context,
  request: LocalRequest,
  also: readonly string[] = [],
  taken: readonly string[] = [],
): void {
  const all = request.getHeaders();
  for (const name in all) {
    const header = name.toLowerCase();
    if (!header.startsWith('x-ms-') || taken.includes(header)) continue;
    if (headers.has(header) || also.includes(header) || families.test(header))
      throw unsupported(context, 'header', header);
    if (sources[header]?.test(String(all[name])) === true)
      throw unsupported(context, 'header', header, 'the version of a blob');
  }
}

export function invalidQuery(context: Context, name: string, value: string): AzuriteError {
  return storageError(
    context,
    400,
    'InvalidQueryParameterValue',
    'Value for one of the query parameters specified in the request URI is invalid.',
    { QueryParameterName: name, QueryParameterValue: value },
  );
}

/** Refuses one header or query parameter. The value reaches the client: never pass a secret one. */
export function unsupported(
  context: Context,
  kind: 'header' | 'query parameter',
  name: string,
  value?: string,
): AzuriteError {
  const given = `the ${kind} ${name}${value === undefined ? '' : ` (${value})`}`;
  return kind === 'header'
    ? storageError(
        context,
        400,
        'UnsupportedHeader',
        `One of the HTTP headers specified in the request is not supported: ${notInLocalStorage(given)}.`,
        { HeaderName: name },
      )
    : storageError(
        context,
        400,
        'UnsupportedQueryParameter',
        `One of the query parameters specified in the request URI is not supported: ${notInLocalStorage(given)}.`,
        { QueryParameterName: name },
      );
}

/** Makes clear that the limit is not Azure's. */
export function notInLocalStorage(what: string): string {
  return `the local storage does not have ${what}`;
}
