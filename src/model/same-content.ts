import type { BlobPresent } from './reading.ts';

/**
 * Whether two blobs hold the same bytes, as far as their size and MD5 tell; undefined where those tell nothing.
 *
 * The MD5 of a page blob is never one of the two: clients set it, and the service leaves it as it was when pages are
 * written, so that a disk has the MD5 of its upload for ever.
 */
export function isSameContent(one: BlobPresent, other: BlobPresent): boolean | undefined {
  if (one.size !== other.size) return false;
  if (one.kind === 'page' || other.kind === 'page') return undefined;
  if (one.contentMd5 === undefined || other.contentMd5 === undefined) return undefined;
  return one.contentMd5 === other.contentMd5;
}
