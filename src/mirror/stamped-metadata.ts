import type { BlobPresent } from '../model/reading.ts';
import { addStamp, fitsIntoMetadata, type Metadata } from '../model/stamp.ts';

/**
 * The user's metadata and the stamp. Where the user's own leaves no room, it goes without: the copy is whole, no later
 * look can take it for one in step, and each copies it anew.
 */
export function stampedMetadata(
  account: string,
  source: BlobPresent,
): { readonly metadata: Metadata; readonly stamped: boolean } {
  const { etag, lastModified } = source;
  const metadata = addStamp(source.metadata, { account, etag, lastModified });
  return fitsIntoMetadata(metadata)
    ? { metadata, stamped: true }
    : { metadata: source.metadata, stamped: false };
}
