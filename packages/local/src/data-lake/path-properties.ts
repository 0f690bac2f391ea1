import type { Blob, BlobProperties, ContentHeaders, Metadata, PathAccess } from '../store/blob.ts';
import { pathErrors } from './path-error.ts';
import type { PathRequest } from './path-request.ts';
import { toPermissions } from './acl.ts';

/** The content headers of a request. */
export function contentHeadersOf(request: PathRequest): ContentHeaders {
  const given: [keyof ContentHeaders, string | undefined][] = [
    ['contentType', request.header('x-ms-content-type')],
    ['contentEncoding', request.header('x-ms-content-encoding')],
    ['contentLanguage', request.header('x-ms-content-language')],
    ['contentDisposition', request.header('x-ms-content-disposition')],
    ['cacheControl', request.header('x-ms-cache-control')],
  ];
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** `x-ms-properties: name=base64,name=base64`; undefined when absent. */
export function metadataOf(request: PathRequest): Metadata | undefined {
  const header = request.header('x-ms-properties');
  if (header === undefined) return undefined;
  const metadata: [name: string, value: string][] = [];
  for (const part of header.split(',').filter((each) => each.trim() !== '')) {
    const [, name = '', value = ''] = /^\s*([A-Za-z_]\w*)=([A-Za-z0-9+/]*=*)\s*$/.exec(part) ?? [];
    if (name === '') throw pathErrors.invalidHeader('x-ms-properties');
    metadata.push([name, Buffer.from(value, 'base64').toString('latin1')]);
  }
  return Object.fromEntries(metadata);
}

/** The headers that identify a version of a path. */
export function versionHeaders({ properties }: Blob): Record<string, string> {
  const { etag, lastModified } = properties;
  return { etag, 'last-modified': new Date(lastModified).toUTCString() };
}

/** Owner, group and permissions of a path, without the list, which only some answers have. */
export function accessHeaders(access: PathAccess): Record<string, string> {
  return {
    'x-ms-owner': access.owner,
    'x-ms-group': access.group,
    'x-ms-permissions': toPermissions(access),
  };
}

/** An ETag in the form of events and listings. */
export function unquoted({ etag }: Pick<BlobProperties, 'etag'>): string {
  return etag.replaceAll('"', '');
}
