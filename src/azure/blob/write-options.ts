import { createHash } from 'node:crypto';
import type { BlobHTTPHeaders } from '@azure/storage-blob';
import { etagHeader } from '../../model/etag.ts';
import type { ContentHeaders, Tags } from '../../model/reading.ts';
import type { WriteCondition } from '../../ports/write-outcome.ts';

/** All content headers of a blob as the SDK takes them. A write takes away whatever it is not given, the MD5 included. */
export function toBlobHeaders(headers: ContentHeaders, contentMd5: string | undefined): BlobHTTPHeaders {
  const { contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl } = headers;
  return {
    ...(contentType !== undefined && { blobContentType: contentType }),
    ...(contentEncoding !== undefined && { blobContentEncoding: contentEncoding }),
    ...(contentLanguage !== undefined && { blobContentLanguage: contentLanguage }),
    ...(contentDisposition !== undefined && { blobContentDisposition: contentDisposition }),
    ...(cacheControl !== undefined && { blobCacheControl: cacheControl }),
    ...(contentMd5 !== undefined && { blobContentMD5: Buffer.from(contentMd5, 'base64') }),
  };
}

/** A condition on the backup as the SDK takes it. */
export function toConditions(condition: WriteCondition): { ifNoneMatch: string } | { ifMatch: string } {
  return 'nothingThere' in condition ? { ifNoneMatch: '*' } : { ifMatch: etagHeader(condition.ifMatch) };
}

/**
 * Index tags as an option of the SDK, which sends an empty header for none. An account that knows no tags, a
 * hierarchical one or a service of an older version, refuses any: so none are sent where there are none.
 */
export function tagOptions(tags: Tags): { tags?: Record<string, string> } {
  return Object.keys(tags).length === 0 ? {} : { tags: { ...tags } };
}

/** The service compares it with the bytes that arrive, and refuses those that were damaged on the way. */
export function md5Of(bytes: Uint8Array): Uint8Array {
  return createHash('md5').update(bytes).digest();
}
