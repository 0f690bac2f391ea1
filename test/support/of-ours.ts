import { parseEtag } from '../../src/model/etag.js';
import { addStamp, type Metadata } from '../../src/model/stamp.js';

/** The metadata of a backup blob that was mirrored, from a version that the source no longer has. */
export function ofOurs(metadata: Metadata = {}, account = 'sourceaccount'): { readonly metadata: Metadata } {
  const stamp = { account, etag: parseEtag('0x0DD'), lastModified: new Date('2026-01-01T00:00:00Z') };
  return { metadata: addStamp(metadata, stamp) };
}
