import { createHash, timingSafeEqual } from 'node:crypto';

/** Where the server listens, and the key for requests from elsewhere. */
export interface Exposure {
  /** An IP address. */
  readonly host: string;
  readonly key?: string | undefined;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly code: string;
  readonly message: string;
}

/** Health probes of an orchestrator have no key. */
const HEALTH = /^\/api\/health(?:\/|$)/i;
const LOOPBACK_ADDRESS = /^(?:127(?:\.\d+){3}|::1)$/;

/**
 * Why a request is refused; undefined when it is accepted. On a loopback address all requests are accepted, as with `func
 * start`. On any other address, health is public and everything else needs the key, in the places where Azure Functions
 * has it. Without a key, only health is served.
 */
export function refuse(request: Request, { host, key }: Exposure): Refusal | undefined {
  if (LOOPBACK_ADDRESS.test(host)) {
    if (isLoopbackHost(request.headers.get('host'))) return undefined;
    return {
      status: 403,
      code: 'host-not-allowed',
      message: 'This server accepts requests for 127.0.0.1 and localhost only',
    };
  }
  const { pathname, searchParams } = new URL(request.url);
  if (HEALTH.test(pathname) && request.method === 'GET') return undefined;
  if (key === undefined) {
    return {
      status: 403,
      code: 'key-not-set',
      message:
        'BLOBMIRROR_HTTP_KEY is not set, so this server answers only health requests from other machines',
    };
  }
  const given = request.headers.get('x-functions-key') ?? searchParams.get('code');
  if (given !== null && isSame(given, key)) return undefined;
  return {
    status: 401,
    code: 'key-missing',
    message: 'The key is missing or wrong; send it in the header x-functions-key',
  };
}

/** In constant time. */
function isSame(given: string, key: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Whether a Host header is a loopback name. With DNS rebinding, a public name points to 127.0.0.1: pages of that name would
 * be same-origin with this server.
 */
function isLoopbackHost(host: string | null): boolean {
  return host !== null && LOOPBACK_HOST.test(host);
}
