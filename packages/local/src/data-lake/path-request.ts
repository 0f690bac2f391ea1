import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Accounts, Conditions, Context, LocalRequest } from '../azurite/azurite-model.ts';
import { BlobStorageContext, contextPath } from '../azurite/azurite.ts';
import { PathError, pathErrors } from './path-error.ts';

/** A call of the Data Lake API. */
export interface PathRequest {
  readonly account: string;
  readonly container: string;
  /** Decoded, without slashes at its ends; empty for the root. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly context: Context;
  readonly body: IncomingMessage;
  header(name: string): string | undefined;
}

export interface PathPlace {
  readonly account: string;
  readonly container: string;
  readonly path: string;
}

/** Stores the request's operation where the request log reads it. `holder` is the context on the response. */
export function parsePathRequest(
  request: IncomingMessage,
  accounts: Accounts,
  operation: string,
  holder: object,
): PathRequest {
  const url = request.url ?? '/';
  const query = new URLSearchParams(url.split('?')[1]);
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  };
  const place = placeOf(url, header('x-ms-rename-source'), accounts);
  const context = new BlobStorageContext(holder, contextPath);
  context.contextId = randomUUID();
  context.startTime = new Date();
  Object.assign(context.context, {
    account: place.account,
    container: place.container,
    blob: place.path,
    loose: false,
    authenticationPath: rawPathOf(url),
    operationName: operation,
  });
  context.request = toLocalRequest(request, query, header);
  return { ...place, query, context, body: request, header };
}

/**
 * The JavaScript SDK omits the account from a rename's destination when it works with a path-style URL. The
 * source of the rename still names it.
 */
function placeOf(url: string, renameSource: string | undefined, accounts: Accounts): PathPlace {
  const [first = '', ...rest] = toPlainSegments(url);
  const [account] = renameSource === undefined ? [] : toPlainSegments(renameSource);
  const isNamed = accounts.getAccount(first) !== undefined;
  const lacksAccount = !isNamed && account !== undefined && accounts.getAccount(account) !== undefined;
  const [container = '', ...path] = lacksAccount ? [first, ...rest] : rest;
  return { account: lacksAccount ? account : first, container, path: path.filter(Boolean).join('/') };
}

/** The place in `x-ms-rename-source`, with or without the account: `/container/path`. */
export function renameSourceOf(request: PathRequest): PathPlace {
  const segments = toPlainSegments(request.header('x-ms-rename-source') ?? '');
  const [container = '', ...path] = segments[0] === request.account ? segments.slice(1) : segments;
  if (container === '' || path.length === 0) throw pathErrors.invalidHeader('x-ms-rename-source');
  return { account: request.account, container, path: path.filter(Boolean).join('/') };
}

function rawPathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

function toPlainSegments(url: string): string[] {
  try {
    return decodeURIComponent(rawPathOf(url)).replaceAll('\\', '/').replace(/^\//, '').split('/');
  } catch {
    throw new PathError(
      400,
      'InvalidUri',
      'The requested URI does not represent any resource on the server.',
    );
  }
}

function toLocalRequest(
  request: IncomingMessage,
  query: URLSearchParams,
  header: (name: string) => string | undefined,
): LocalRequest {
  return {
    getMethod: () => request.method ?? '',
    getUrl: () => request.url ?? '/',
    getEndpoint: () => `http://${request.headers.host ?? ''}`,
    getPath: () => rawPathOf(request.url ?? '/'),
    getHeader: (name) => header(name.toLowerCase()),
    getHeaders: () => request.headers,
    getRawHeaders: () => request.rawHeaders,
    getQuery: (name) => query.get(name) ?? undefined,
    getProtocol: () => 'http',
  };
}

/** The conditions on the path; with the prefix `x-ms-source-`, those on the source of a rename. */
export function conditionsOf(request: PathRequest, prefix: '' | 'x-ms-source-' = ''): Conditions {
  const date = (name: string) => {
    const value = request.header(`${prefix}${name}`);
    return value === undefined ? undefined : new Date(value);
  };
  return {
    ifMatch: request.header(`${prefix}if-match`),
    ifNoneMatch: request.header(`${prefix}if-none-match`),
    ifModifiedSince: date('if-modified-since'),
    ifUnmodifiedSince: date('if-unmodified-since'),
  };
}

/** A number of bytes or paths in the query. */
export function numberOf(request: PathRequest, name: string): number | undefined {
  const value = request.query.get(name);
  if (value === null) return undefined;
  if (!/^\d+$/.test(value)) throw pathErrors.invalidQuery(name);
  return Number(value);
}

/** The URL of a path in events: percent-encoded, without a query. `origin`: `http://127.0.0.1:PORT`. */
export function pathUrl(origin: string, account: string, container: string, path: string): string {
  return `${origin}/${[account, container, ...path.split('/')].map(encodeURIComponent).join('/')}`;
}
