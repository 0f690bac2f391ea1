import { isIP } from 'node:net';
import type { NamedPlace } from './named-place.ts';

/**
 * The url of a blob taken apart by hand: the platform's URL parser resolves `.` and `..` and folds what a blob's
 * name may well hold. The query is cut off; a `#` is kept, since no event carries a fragment.
 */
const STORAGE_URL = /^https?:\/\/(\[[^\]/?#]*\]|[^:/?#@[\]]+)(?::\d+)?\/([^?]*)/i;

/** What is refused may be quoted in an error, so it is kept short. */
const LONGEST_CONTAINER = 63;

/** Host, and the path behind it without the leading slash, as it is spelt. */
function takeApart(url: string): { host: string; path: string } | undefined {
  const [, host, path] = STORAGE_URL.exec(url) ?? [];
  return host === undefined || path === undefined ? undefined : { host, path };
}

/**
 * Emulators put the account first in the path when the host cannot carry it: an IP literal, or a name without a dot.
 */
function isPathStyle(host: string): boolean {
  return !host.includes('.') || host.startsWith('[') || isIP(host) !== 0;
}

/**
 * The ways to read a blob's url, the likeliest first: percent-decoded (when that is possible), then as it is spelt.
 * They are one when nothing is encoded. Empty when it is no url of a blob.
 */
export function readStorageUrl(url: string): readonly NamedPlace[] {
  const parts = takeApart(url);
  if (parts === undefined) return [];
  const path = isPathStyle(parts.host) ? behind(parts.path) : parts.path;
  const container = decode(path.split('/', 1)[0] ?? '') ?? '';
  const spelt = behind(path);
  if (container === '' || container.length > LONGEST_CONTAINER || spelt === '') return [];
  const decoded = decode(spelt);
  const place = { container, path: spelt };
  return decoded === undefined || decoded === spelt ? [place] : [{ ...place, path: decoded }, place];
}

/** The account that a url's host or first path segment names; undefined for a host that is not the service's own. */
export function accountOfUrl(url: string): string | undefined {
  const parts = takeApart(url);
  if (parts === undefined) return undefined;
  if (isPathStyle(parts.host)) return parts.path.split('/', 1)[0] || undefined;
  // <account>.blob.core.windows.net, <account>.z12.dfs.storage.azure.net and their like in other clouds.
  return /^([^.]+)(?:\.z\d+)?\.(?:blob|dfs)\./i.exec(parts.host)?.[1];
}

/** What follows the first slash; empty when there is none. */
function behind(path: string): string {
  const slash = path.indexOf('/');
  return slash < 0 ? '' : path.slice(slash + 1);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
