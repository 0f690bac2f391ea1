import { Readable } from 'node:stream';
import type {
  HttpHeaders,
  PipelinePolicy,
  PipelineRequest,
  PipelineResponse,
} from '@azure/core-rest-pipeline';
import { RestError } from '@azure/storage-blob';
import { readContainerName, findPageMismatch } from './damaged-page.ts';

/**
 * An answer to this request that is not from the storage service: a sign-in page, a page of a proxy, a cached
 * answer. Where the SDK may send more than once, it sends the request again, as after a lost connection.
 */
export class ForeignAnswer extends RestError {
  readonly status: number;

  /** @param status of the answer @param lacks in words, what is missing or wrong */
  constructor(status: number, lacks: string) {
    super(`not the storage service, but something in between answered ${status}: ${lacks}`, {
      code: RestError.REQUEST_SEND_ERROR,
    });
    this.status = status;
    // The SDK gives all its errors one class.
    Object.setPrototypeOf(this, new.target.prototype);
  }
}

/**
 * Headers that identify the service; a proxy may remove some of them. The first two are on every answer
 * (learn.microsoft.com/rest/api/storageservices/common-rest-api-response-headers is not complete; each
 * operation lists them), the third on every error. An endpoint behind a custom domain, a content delivery
 * network or Azure Front Door, Azurite and Azure Stack Hub send them, too.
 */
const SIGNS = ['x-ms-request-id', 'x-ms-version', 'x-ms-error-code'] as const;
/**
 * `Microsoft-HTTPAPI/2.0` refuses an invalid URL before the service sees it, and is part of Azure all the
 * same.
 */
const SERVER = /^(?:Windows-Azure-|Microsoft-HTTPAPI\/)/;

export function isServiceAnswer(headers: Pick<HttpHeaders, 'get'>): boolean {
  return SIGNS.some((name) => headers.get(name) !== undefined) || SERVER.test(headers.get('server') ?? '');
}

/**
 * Refuses every answer that is older than its request, and every answer of success that lacks what the
 * service always sends with it. Checks the headers, and the first and the last element of a body that the SDK
 * parses; code that reads a body itself checks it. Other failures are judged by the tables in
 * storage-answers.ts.
 *
 * @param isOld whether a Date is from long before a moment of the steady clock, by the clock of the account
 */
export function refuseForeignAnswers(
  isOld: (date: string | undefined, sentAt: number) => boolean,
): PipelinePolicy {
  return {
    name: 'blobmirrorAnswerOfService',
    sendRequest: async (request, next) => {
      const sentAt = performance.now();
      const response = await next(request);
      const { status, headers } = response;
      const isKept = headers.get('age') !== undefined || isOld(headers.get('date'), sentAt);
      const lacks = isKept
        ? 'an old answer from a cache'
        : (findOtherRequest(request, headers) ??
          (status < 400 ? findDefect(request, response) : findAbsenceDefect(status, headers)));
      if (lacks === undefined) return response;
      if (response.readableStreamBody instanceof Readable) response.readableStreamBody.destroy();
      throw new ForeignAnswer(status, lacks);
    },
  };
}

/**
 * Deletions rely on the proof that something does not exist: a proxy or another server may send the same
 * code.
 */
function findAbsenceDefect(status: number, headers: HttpHeaders): string | undefined {
  if (status !== 404 || headers.get('x-ms-error-code') === undefined) return undefined;
  const isTold = headers.get('x-ms-request-id') ?? headers.get('x-ms-version');
  return isTold === undefined ? describe(headers, 'absent, without x-ms-request-id') : undefined;
}

/**
 * Every SDK compares the ids: a cached answer has the id of another request (Azure/azure-sdk-for-net#31975).
 */
function findOtherRequest({ headers: asked }: PipelineRequest, headers: HttpHeaders): string | undefined {
  const id = headers.get('x-ms-client-request-id');
  return id === undefined || id === '' || id === asked.get('x-ms-client-request-id')
    ? undefined
    : 'the answer to another request';
}

/** Undefined when nothing is missing. */
function findDefect(request: PipelineRequest, response: PipelineResponse): string | undefined {
  const { status, headers } = response;
  if (!isServiceAnswer(headers)) return describe(headers, 'without x-ms-request-id');
  if (status >= 300) return 'a redirect, which the service never sends';
  const asked = toAsked(request);
  if (asked.isBlob && asked.isRead) return findBlobDefect(request, response);
  if (isHtml(headers)) return describe(headers, 'a page');
  return findHeaderDefect(asked, request, headers) ?? findBodyDefect(asked, request, response);
}

interface Asked {
  readonly method: string;
  readonly isRead: boolean;
  /** A request for the blob itself, not for a part of it. */
  readonly isBlob: boolean;
  readonly comp: string | null;
  readonly restype: string | null;
  /** Of the Data Lake API. */
  readonly resource: string | null;
  readonly action: string | null;
}

function toAsked({ method, url }: PipelineRequest): Asked {
  const at = url.indexOf('?');
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at));
  const [comp, restype, resource, action] = [
    query.get('comp'),
    query.get('restype'),
    query.get('resource'),
    query.get('action'),
  ];
  const isBlob = [comp, restype, resource, action].every((each) => each === null);
  return { method, isRead: method === 'GET' || method === 'HEAD', isBlob, comp, restype, resource, action };
}

/** An ETag that a proxy made weak cannot pin a version, so it does not count. */
const ETAG = /^(?!W\/)"?[^"\s]+"?$/;
const KIND = /^(?:Block|Append|Page)Blob$/;

/** learn.microsoft.com/rest/api/storageservices/get-blob-properties and .../get-blob */
function findBlobDefect(
  { method, headers: asked }: PipelineRequest,
  { status, headers }: PipelineResponse,
): string | undefined {
  const etag = headers.get('etag') ?? '';
  if (!ETAG.test(etag)) return describe(headers, 'without ETag');
  if (method === 'HEAD' && Number.isNaN(Date.parse(headers.get('last-modified') ?? '')))
    return describe(headers, 'without Last-Modified');
  const isDirectory = headers.get('x-ms-resource-type') === 'directory';
  if (!isDirectory && !KIND.test(headers.get('x-ms-blob-type') ?? ''))
    return describe(headers, 'without x-ms-blob-type');
  if (!/^\d+$/.test(headers.get('content-length') ?? '')) return describe(headers, 'without Content-Length');
  const pinned = asked.get('if-match');
  if (pinned !== undefined && pinned !== '*' && bare(pinned) !== bare(etag)) return 'of another version';
  const range = asked.get('x-ms-range') ?? asked.get('range');
  return range === undefined ? undefined : findRangeDefect(range, status, headers);
}

/** For a request of a byte range: the whole blob would be taken for that range. */
function findRangeDefect(asked: string, status: number, headers: HttpHeaders): string | undefined {
  const [, first] = /^bytes=(\d+)-/.exec(asked) ?? [];
  const [, from, to] = /^bytes (\d+)-(\d+)\/\d+$/.exec(headers.get('content-range') ?? '') ?? [];
  if (status !== 206 || from === undefined || from !== first) return 'another range of the blob';
  const length = headers.get('content-length');
  const count = Number(to) - Number(from) + 1;
  return length === undefined || Number(length) === count ? undefined : 'another length than its range has';
}

const bare = (etag: string): string => etag.replaceAll('"', '');

/** Writes that change the ETag of a blob or a container: each is documented to return it. */
const ANSWERS_ETAG: ReadonlySet<string | null> = new Set([
  null,
  'blocklist',
  'metadata',
  'properties',
  'appendblock',
  'page',
]);

function findHeaderDefect(
  { method, isBlob, comp, restype, action }: Asked,
  request: PipelineRequest,
  headers: HttpHeaders,
): string | undefined {
  const hasEtag = ETAG.test(headers.get('etag') ?? '');
  const isOfContainer = restype === 'container' && comp === null;
  const isBlobWrite =
    method === 'PUT' &&
    (isBlob || isOfContainer || (restype === null && action === null && comp !== null)) &&
    // Accounts outside Azure have one endpoint for both APIs: there a rename returns no ETag.
    !request.headers.has('x-ms-rename-source');
  if (isBlobWrite && ANSWERS_ETAG.has(comp) && !hasEtag) return describe(headers, 'without ETag');
  if (isOfContainer && (method === 'GET' || method === 'HEAD') && !hasEtag)
    return describe(headers, 'without ETag');
  if (restype === 'account' && headers.get('x-ms-account-kind') === undefined)
    return describe(headers, 'without x-ms-account-kind');
  if (action === 'getAccessControl' && headers.get('x-ms-acl') === undefined)
    return describe(headers, 'without x-ms-acl');
  return undefined;
}

interface Body {
  readonly root: string;
  /** Elements that are always present. */
  readonly has?: readonly string[];
}

/** The expected body of answers that the SDK parses, by method and `comp`. */
const BODIES: Readonly<Record<string, Body>> = {
  'GET list': { root: 'EnumerationResults', has: ['NextMarker'] },
  'GET blocklist': { root: 'BlockList' },
  'GET pagelist': { root: 'PageList' },
  'GET tags': { root: 'Tags', has: ['TagSet'] },
  'GET properties': { root: 'StorageServiceProperties' },
  'POST userdelegationkey': {
    root: 'UserDelegationKey',
    has: ['SignedOid', 'SignedTid', 'SignedStart', 'SignedExpiry', 'SignedService', 'SignedVersion', 'Value'],
  },
};

const WITHOUT_BODY: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);

function findBodyDefect(
  { method, comp, restype, resource }: Asked,
  { url }: PipelineRequest,
  response: PipelineResponse,
): string | undefined {
  // A caller that asked for a stream checks it.
  if (response.readableStreamBody !== undefined) return undefined;
  const text = response.bodyAsText ?? '';
  if (WITHOUT_BODY.has(method) && text !== '')
    return describe(response.headers, 'a body where none is expected');
  if (method === 'GET' && resource === 'filesystem' && !isPathList(text)) return 'no list of paths';
  const body = restype === 'account' ? undefined : BODIES[`${method} ${comp}`];
  if (body === undefined) return undefined;
  const { root, has = [] } = body;
  const start = new RegExp(String.raw`^\uFEFF?\s*(?:<\?xml[^>]*\?>)?\s*<${root}[\s/>]`);
  const end = new RegExp(String.raw`(?:</${root}\s*>|^[^<]*(?:<\?[^>]*\?>)?\s*<${root}[^<>]*/>)\s*$`);
  const isWhole = start.test(text) && end.test(text) && has.every((name) => text.includes(`<${name}`));
  if (!isWhole) return `no ${root} in its body`;
  const container = restype === 'container' && comp === 'list' ? readContainerName(text) : undefined;
  if (container !== undefined && !isNamedBy(container, url)) return 'the listing of another container';
  if (comp !== 'list') return undefined;
  if (!text.includes(restype === 'container' ? '<Blobs' : '<Containers')) return 'a list of something else';
  const query = new URL(url).searchParams;
  return findPageMismatch(text, {
    prefix: query.get('prefix') ?? undefined,
    marker: query.get('marker') ?? undefined,
    startFrom: query.get('startFrom') ?? undefined,
  });
}

/** By the last part of the path, which a SAS follows. The SDK encodes the `$` of a system container. */
function isNamedBy(container: string, url: string): boolean {
  const [path = ''] = url.split('?', 1);
  return [container, encodeURIComponent(container)].some((name) => path.endsWith(`/${name}`));
}

/** learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/list */
function isPathList(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'paths' in parsed && Array.isArray(parsed.paths);
  } catch {
    return false;
  }
}

function isHtml(headers: HttpHeaders): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(headers.get('content-type') ?? '');
}

/**
 * The content type identifies a proxy's page; nothing else of the answer is quoted, since it may hold a
 * signature.
 */
function describe(headers: HttpHeaders, what: string): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  return /^[\w.+-]{1,40}\/[\w.+-]{1,60}$/.test(type) ? `${type}, ${what}` : what;
}
