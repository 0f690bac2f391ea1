import { parseEtag } from '../../src/model/etag.js';
import { addStamp, type Metadata } from '../../src/model/stamp.js';

/** The metadata of a backup blob that was made from a version that this source has no more. */
export function stampOf(account: string): Metadata {
  const lastModified = new Date('2026-11-21T21:54:57.000Z');
  return addStamp({}, { account, etag: parseEtag('0x8DGONE'), lastModified });
}
