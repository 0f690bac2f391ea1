import { isDeepStrictEqual } from 'node:util';
import type { ContentHeaders } from './reading.ts';

/**
 * What a blob is served as that has no Content-Type (learn.microsoft.com/rest/api/storageservices/get-blob-properties,
 * Content-Type). Set Blob Properties takes the type away; Put Blob and Put Block List store this one where none is given,
 * and copies do either. So to have none and to have this one is the same.
 */
const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** The headers that a client is served. */
export function toServedHeaders(headers: ContentHeaders): ContentHeaders {
  return { contentType: DEFAULT_CONTENT_TYPE, ...headers };
}

/** Whether a client is served the same headers. */
export function isSameHeaders(one: ContentHeaders, other: ContentHeaders): boolean {
  return isDeepStrictEqual(toServedHeaders(one), toServedHeaders(other));
}
