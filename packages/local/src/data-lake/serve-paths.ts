import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Accounts } from '../azurite/azurite-model.ts';
import type { MetadataStore } from '../azurite/azurite-stores.ts';
import {
  AccountSasAuthenticator,
  BlobSasAuthenticator,
  SharedKeyAuthenticator,
  logger,
  operations,
} from '../azurite/azurite.ts';
import type { Lake, PathAnswer, PathOperation } from './lake.ts';
import { toPathError } from './path-error.ts';
import { type PathRequest, parsePathRequest } from './path-request.ts';
import { authenticationFailed } from '../requests/refuse-requests.ts';
import { refuseUnsupportedHeaders, unsupported } from '../requests/unsupported-requests.ts';

/** One operation of the Data Lake API. */
export interface Route {
  /** Its name in reports. */
  readonly name: string;
  readonly rights: SameRightsAs;
  readonly run: PathOperation;
  readonly matches: (method: string, query: URLSearchParams, headers: IncomingMessage['headers']) => boolean;
}

/** Answers requests of the Data Lake API and passes every other one to the Blob API. */
export function servePaths(
  lake: Lake,
  routes: readonly Route[],
  store: MetadataStore,
  accounts: Accounts,
  blobs: RequestListener,
): RequestListener {
  return (request, response) => {
    const query = new URLSearchParams((request.url ?? '').split('?')[1]);
    const route = routes.find(({ matches }) => matches(request.method ?? '', query, request.headers));
    if (route === undefined && !isPathRequest(query)) return blobs(request, response);
    const locals = {};
    Object.assign(response, { locals });
    void answerTo(request, response, async () => {
      const call = parsePathRequest(request, accounts, route?.name ?? 'Unknown', locals);
      call.context.startTime = new Date(lake.history.now());
      response.setHeader('x-ms-request-id', call.context.contextId);
      if (route === undefined) throw missingOperation(call);
      await authorizePath(call, route.rights, accounts, store);
      refuseUnsupportedPaths(call);
      await store.checkContainerExist(call.context, call.account, call.container);
      return route.run(lake, call);
    });
  };
}

async function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  run: () => Promise<PathAnswer>,
): Promise<void> {
  for (const name of ['x-ms-version', 'x-ms-client-request-id']) {
    const value = request.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  try {
    send(request, response, await run());
  } catch (cause) {
    const { status, code, message, headers } = toPathError(cause);
    const body = status === 304 ? undefined : { error: { code, message } };
    send(request, response, {
      status,
      headers: { ...headers, 'x-ms-error-code': code },
      ...(body && { body }),
    });
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: PathAnswer): void {
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {}))
    if (value !== undefined) response.setHeader(name, value);
  if (answer.body === undefined || request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setHeader('content-type', 'application/json;charset=utf-8');
  response.end(JSON.stringify(answer.body));
}

/** The Blob operation that needs the same rights. */
type SameRightsAs =
  | 'BlockBlob_Upload'
  | 'Blob_Delete'
  | 'Blob_GetProperties'
  | 'Blob_SetMetadata'
  | 'Container_ListBlobFlatSegment';

/**
 * Authenticates a Data Lake request with the code for Blob requests: shared key, account SAS, service SAS.
 */
async function authorizePath(
  request: PathRequest,
  operation: SameRightsAs,
  accounts: Accounts,
  store: MetadataStore,
): Promise<void> {
  const { context } = request;
  context.operation = operations[operation] ?? -1;
  for (const authenticator of [
    new SharedKeyAuthenticator(accounts, logger),
    new AccountSasAuthenticator(accounts, store, logger),
    new BlobSasAuthenticator(accounts, store, logger),
  ])
    if ((await authenticator.validate(context.request, context)) === true) return;
  throw authenticationFailed(context);
}

/** Features of Azure's Data Lake API that this storage lacks, besides those that the Blob API lacks. */
const headers = ['x-ms-content-crc64', 'x-ms-lease-action', 'x-ms-lease-duration', 'x-ms-proposed-lease-id'];

/** Query parameters that select an operation and that no operation of the Data Lake API has. */
const parameters = ['comp', 'deletetype', 'restype', 'showonly', 'snapshot', 'versionid'];

/** Whether a request belongs to the Data Lake API, implemented or not. */
function isPathRequest(query: URLSearchParams): boolean {
  return query.has('action') || query.has('resource');
}

/** Refuses a request of the Data Lake API that has no operation. */
function missingOperation({ context, query }: PathRequest): Error {
  const name = query.has('action') ? 'action' : 'resource';
  return unsupported(context, 'query parameter', name, query.get(name) ?? '');
}

/** @throws AzuriteError 400 for parameters that would be ignored otherwise */
function refuseUnsupportedPaths({ context, query }: PathRequest): void {
  for (const name of parameters)
    if (query.has(name)) throw unsupported(context, 'query parameter', name, query.get(name) ?? '');
  refuseUnsupportedHeaders(context, context.request, headers);
}
