import { parseEtag } from '../../src/model/etag.ts';
import { type Metadata, addStamp } from '../../src/model/stamp.ts';

/** The user's metadata with the stamp of a version that the source no longer has. */
export function stampOf(account: string, metadata: Metadata = {}): Metadata {
  const lastModified = new Date('2026-11-21T21:54:57.000Z');
  return addStamp(metadata, { account, etag: parseEtag('0x8DGONE'), lastModified });
}

/** Makes a blob of the backup one that was mirrored. */
export function ofOurs(metadata: Metadata = {}, account = 'sourceaccount'): { readonly metadata: Metadata } {
  return { metadata: stampOf(account, metadata) };
}
