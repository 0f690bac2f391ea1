import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Accounts, MetadataStore } from '../storage/azurite-model.ts';
import { type SameRightsAs, authorizePath } from './authorize-path.ts';
import type { Lake, PathAnswer, PathOperation } from './lake.ts';
import { toPathError } from './path-error.ts';
import { parsePathRequest } from './path-request.ts';
import { isPathRequest, missingOperation, refuseUnsupportedPaths } from './unsupported-paths.ts';

/** One operation of the Data Lake API. */
export interface Route {
  /** What it is reported as. */
  readonly name: string;
  readonly rights: SameRightsAs;
  readonly run: PathOperation;
  readonly matches: (method: string, query: URLSearchParams, headers: IncomingMessage['headers']) => boolean;
}

/** Answers the Data Lake API, and leaves every other request to the Blob API behind it. */
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
