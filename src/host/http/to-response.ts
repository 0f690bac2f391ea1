import { serialize } from 'hono/utils/cookie';

/**
 * What an HTTP function may return (`HttpResponseInit` and `HttpResponse` of @azure/functions), as far as it is read
 * here. A body is passed on as it comes, so a stream is never held in memory.
 */
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

/** A function that returns nothing is answered with 204, as by Azure. Throws when the result is no response. */
export function toResponse(result: unknown): Response {
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
