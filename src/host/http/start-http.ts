import { once } from 'node:events';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { serialize } from 'hono/utils/cookie';
import { toRpcRequest } from '../as-azure.ts';
import type { Invoke } from '../create-invoke.ts';
import { settledOrAborted } from '../../concurrency/deadline.ts';
import { type Exposure, refuse } from './refuse.ts';
import type { HttpTrigger, RunningTrigger } from '../parse-trigger.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Logger } from '../../telemetry/logger.ts';

export interface HttpServer extends RunningTrigger {
  /** Without a trailing slash. */
  readonly baseUrl: string;
}

/**
 * Serves the HTTP functions. `authLevel` is ignored; see `refuse`.
 * @param port 0 picks a free one
 * @throws BlobmirrorError `port-taken`
 */
export async function startHttp(
  triggers: readonly HttpTrigger[],
  { port, asAzure, ...exposure }: Exposure & { readonly port: number; readonly asAzure?: boolean },
  invoke: Invoke,
  log: Logger,
): Promise<HttpServer> {
  const { host } = exposure;
  const routes = triggers.toSorted(byName);
  let stopping = false;
  const listener = getRequestListener(serve, { overrideGlobalObjects: false, hostname: host });
  const server = createServer((incoming, outgoing) => {
    // A keep-alive connection would delay the stop.
    outgoing.once('close', () => setImmediate(() => stopping && server.closeIdleConnections()));
    void listener(incoming, outgoing);
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    if (!isAddressInUse(cause)) throw cause;
    throw new BlobmirrorError('port-taken', `HTTP port ${port} on ${host} is in use by another program`, {
      cause,
    });
  }

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The HTTP server has no port');
  return {
    baseUrl: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async stop(deadline) {
      stopping = true;
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await settledOrAborted(closed, deadline);
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: Request): Promise<Response> {
    const refusal = refuse(request, exposure);
    if (refusal !== undefined) return failure(refusal.status, refusal.code, refusal.message);
    const { pathname } = new URL(request.url);
    let isRouted = false;
    for (const trigger of routes) {
      const params = matchOrUndecodable(trigger, pathname);
      if (params === undefined) continue;
      if (params === 'undecodable')
        return failure(400, 'undecodable-path', `The path ${pathname} cannot be decoded`);
      isRouted = true;
      if (trigger.methods.includes(request.method)) return answer(trigger, request, params);
    }
    // Azure Functions answers 404, not 405, to a method that no function of the route takes.
    const what = isRouted ? `${request.method} ${pathname}` : pathname;
    return failure(404, 'no-function', `No function serves ${what}`);
  }

  async function answer(
    trigger: HttpTrigger,
    request: Request,
    params: Record<string, string>,
  ): Promise<Response> {
    const failed = (): Response =>
      failure(500, 'function-failed', `Function ${trigger.name} failed; see the log`);
    let result: unknown;
    try {
      const http =
        asAzure === true ? await toRpcRequest(request, params) : { nativeRequest: request, params };
      result = await invoke(trigger, { http });
    } catch {
      return failed();
    }
    try {
      return toResponse(result);
    } catch (error) {
      log.error('Function returned no valid HTTP response', { function: trigger.name, error });
      return failed();
    }
  }
}

/**
 * The order in which Azure Functions tries routes, whatever they look like: by the name of their functions, and the first
 * that matches path and method is taken. github.com/Azure/azure-functions-host/issues/9876
 */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function matchOrUndecodable(
  trigger: HttpTrigger,
  path: string,
): Record<string, string> | undefined | 'undecodable' {
  try {
    return trigger.route.match(path);
  } catch {
    return 'undecodable';
  }
}

function failure(status: number, code: string, message: string): Response {
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  return Response.json({ error: { code, message } }, { status, headers });
}

function isAddressInUse(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}

/** The parts of `HttpResponseInit` and `HttpResponse` of @azure/functions that are used. A stream is passed on as it comes. */
interface FunctionResponse {
  readonly status?: number;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: ConstructorParameters<typeof Response>[0];
  readonly jsonBody?: unknown;
  readonly cookies?: readonly Cookie[];
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain?: string;
  readonly path?: string;
  readonly expires?: Date | number;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
  readonly sameSite?: 'Strict' | 'Lax' | 'None';
  readonly maxAge?: number;
}

const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** 204 for a function that returns nothing, as in Azure. @throws TypeError when the result is not a response */
function toResponse(result: unknown): Response {
  if (result === undefined || result === null) return new Response(null, { status: 204 });
  if (!isFunctionResponse(result))
    throw new TypeError('An HTTP function must return an object (HttpResponseInit)');
  const { status = 200, jsonBody, cookies = [] } = result;
  const headers = new Headers(result.headers);
  let body = result.body ?? null;
  if (jsonBody !== undefined) {
    body = JSON.stringify(jsonBody);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  }
  for (const cookie of cookies) headers.append('set-cookie', toSetCookie(cookie));
  return new Response(WITHOUT_BODY.includes(status) ? null : body, { status, headers });
}

function toSetCookie({ name, value, expires, ...rest }: Cookie): string {
  return serialize(name, value, { ...rest, ...(expires !== undefined && { expires: new Date(expires) }) });
}

function isFunctionResponse(result: unknown): result is FunctionResponse {
  return typeof result === 'object';
}
