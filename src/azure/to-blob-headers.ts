import type { BlobHTTPHeaders } from '@azure/storage-blob';
import type { ContentHeaders } from '../model/reading.ts';

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
