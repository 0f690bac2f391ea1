const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

/**
 * Whether a Host header names this machine as itself. A name of the internet that somebody lets point to 127.0.0.1 (DNS
 * rebinding) would make a page of that name one of the same origin as ours, so that it could read and do anything here.
 */
export function isLoopbackHost(host: string | null): boolean {
  return host !== null && LOOPBACK.test(host);
}
