import { createHash, timingSafeEqual } from 'node:crypto';

/** Where the server listens, and what it asks of those who are not on this machine. */
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

/** What whoever runs a container asks, and an orchestrator has no key. */
const HEALTH = /^\/api\/health(?:\/|$)/i;
const LOOPBACK_ADDRESS = /^(?:127(?:\.\d+){3}|::1)$/;

/**
 * Whether a request is let in; undefined: it is. On the loopback interface everybody is, as with `func start`. On any
 * other, who can reach the port is nobody yet: only the health is told, and all else takes the key, in the places that
 * Azure Functions has for one. Without a key there is nothing else.
 */
export function refuse(request: Request, { host, key }: Exposure): Refusal | undefined {
  if (LOOPBACK_ADDRESS.test(host)) {
    if (isLoopbackHost(request.headers.get('host'))) return undefined;
    return {
      status: 403,
      code: 'host-not-allowed',
      message: 'This server answers to 127.0.0.1 and localhost alone',
    };
  }
  const { pathname, searchParams } = new URL(request.url);
  if (HEALTH.test(pathname) && request.method === 'GET') return undefined;
  if (key === undefined) {
    return {
      status: 403,
      code: 'key-not-set',
      message: 'Beyond its own machine this server tells its health alone; BLOBMIRROR_HTTP_KEY is not set',
    };
  }
  const given = request.headers.get('x-functions-key') ?? searchParams.get('code');
  if (given !== null && isSame(given, key)) return undefined;
  return {
    status: 401,
    code: 'key-missing',
    message: 'The request has no key, or a wrong one; the header is x-functions-key',
  };
}

/** In a time that tells nothing of the key. */
function isSame(given: string, key: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Whether a Host header names this machine as itself. A name of the internet that somebody lets point to 127.0.0.1 (DNS
 * rebinding) would make a page of that name one of the same origin as ours, so that it could read and do anything here.
 */
function isLoopbackHost(host: string | null): boolean {
  return host !== null && LOOPBACK_HOST.test(host);
}
