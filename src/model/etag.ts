/** An entity tag without its quotes, as listings and events carry it: `0x8DC…`. */
export type Etag = string & { readonly __brand: 'Etag' };

/** @throws Error if it is empty: a service that sends no ETag cannot be mirrored safely */
export function parseEtag(value: string | undefined): Etag {
  const bare = value?.replace(/^"(.*)"$/, '$1');
  if (bare === undefined || bare === '') throw new Error('the service answered without an ETag');
  return bare as Etag;
}

/** The form of an If-Match header. */
export function etagHeader(etag: Etag): string {
  return `"${etag}"`;
}
