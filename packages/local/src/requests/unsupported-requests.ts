import { operationParameters, operations, storageError } from '../azurite/azurite.ts';
import type { AzuriteError, Context, LocalRequest, MetadataStore } from '../azurite/azurite-model.ts';

/**
 * What Azure gives a meaning and this storage does not have. Azurite ignores most of it, so that a request did something
 * else than it said: a DELETE of a version deleted the blob, a structured body was stored with its envelope. Here it is
 * refused, with Azure's codes for what is not supported
 * (learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes) and a message that says whose limit it is.
 * Parameters and headers that Azure does not know either are ignored, as Azure does it.
 */

/** Query parameters that say what an operation is about or does: each is for the operations that list it alone. */
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

/** Of these, those that no operation here has, although Azurite lists them. */
const never = new Set(['deletetype', 'prevsnapshot', 'versionid']);

/** What an operation takes although Azurite does not list it; with a value where it can only be that. */
const alsoTaken: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  // Refused by itself, in Azure's words.
  Blob_AcquireLease: { snapshot: null },
  // Metadata alone was asked for, and comes with all else.
  Blob_GetProperties: { comp: 'metadata' },
  Container_GetProperties: { comp: 'metadata' },
  Container_GetPropertiesWithHead: { comp: 'metadata' },
  // The JavaScript SDK takes the account in the path for a container.
  Service_SubmitBatch: { restype: 'container' },
};

/** Operations that Azurite knows by name only; each is told by its `comp`. */
const missing = new Set([
  'Container_Restore',
  'Blob_Undelete',
  'Blob_SetExpiry',
  'Blob_SetImmutabilityPolicy',
  'Blob_DeleteImmutabilityPolicy',
  'Blob_SetLegalHold',
  'Blob_Query',
  'PageBlob_GetPageRangesDiff',
  'PageBlob_CopyIncremental',
]);

/** What a listing may include. Of what was deleted, of versions and of policies there are none, and none are listed. */
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

/** Headers whose meaning is lost on this storage, by their whole names or, with a star, by how they begin. */
const headers = [
  'x-ms-default-encryption-scope',
  'x-ms-delete-type-permanent',
  'x-ms-deny-encryption-scope-override',
  'x-ms-encryption-*',
  'x-ms-expiry-*',
  'x-ms-immutability-*',
  'x-ms-legal-hold',
  'x-ms-previous-snapshot-url',
  'x-ms-range-get-content-crc64',
  'x-ms-seal-blob',
  'x-ms-source-content-crc64',
  'x-ms-source-encryption-*',
  'x-ms-structured-*',
  'x-ms-undelete-source',
];

/** Headers that say where something is read from, which may name a version. */
const sources = ['x-ms-copy-source', 'x-ms-rename-source'];

/** Refuses an operation that is not there. Before the client is known, since Azurite knows no rights for it. */
export function refuseMissing(context: Context, request: LocalRequest): void {
  if (missing.has(operations[context.operation] ?? ''))
    throw unsupported(context, 'query parameter', 'comp', request.getQuery('comp'));
}

/** Refuses a request of the Blob API, or a part of a batch, that asks for what this storage does not have. */
export function refuseUnsupported(context: Context, request: LocalRequest): void {
  for (const name of decisive) {
    const value = request.getQuery(name);
    if (value !== undefined && !isTaken(context.operation, name, value))
      throw unsupported(context, 'query parameter', name, value);
  }
  for (const name of (request.getQuery('include') ?? '').split(',').filter(Boolean))
    if (!included.has(name.toLowerCase())) throw invalidQuery(context, 'include', name);
  refuseUnsupportedHeaders(context, request);
}

function isTaken(operation: number, name: string, value: string): boolean {
  const also = alsoTaken[operations[operation] ?? '']?.[name];
  if (also === null || also === value) return true;
  const parameter = operationParameters(operation).find((each) => each.name === name);
  if (parameter === undefined || never.has(name)) return false;
  return parameter.value === undefined || parameter.value === value;
}

/** Refuses a request of either API for the headers that it has. */
export function refuseUnsupportedHeaders(
  context: Context,
  request: LocalRequest,
  also: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(request.getHeaders())) {
    const header = name.toLowerCase();
    const isUnsupported = [...headers, ...also].some((each) =>
      each.endsWith('*') ? header.startsWith(each.slice(0, -1)) : header === each,
    );
    if (isUnsupported) throw unsupported(context, 'header', header);
    if (sources.includes(header) && /[?&](versionid|deletionid)=/i.test(String(value)))
      throw unsupported(context, 'header', header, 'the version of a blob');
  }
}

/** Refuses to list some kinds of blobs only, which hierarchical accounts alone can. */
export function refuseShowOnly(store: MetadataStore): void {
  const listBlobs = store.listBlobs.bind(store);
  store.listBlobs = async (context, ...rest) => {
    const value = context.request.getQuery('showonly');
    if (value !== undefined) throw unsupported(context, 'query parameter', 'showonly', value);
    return listBlobs(context, ...rest);
  };
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

/** Refuses one header or query parameter. The value reaches the client: none that may be secret. */
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

/** So that nobody takes a limit of this machine for one of Azure. */
export function notInLocalStorage(what: string): string {
  return `the local storage does not have ${what}`;
}
