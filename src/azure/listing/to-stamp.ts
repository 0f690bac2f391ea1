import type { Etag } from '../../model/etag.ts';
import { splitStamp, STAMP_NAME, type Stamp } from '../../model/stamp.ts';

/** A stamp as `addStamp` writes it. */
const USUAL = /^v=1;account=([^;]+);etag=([^;"]+);modified=([^;]+)$/;

/**
 * What `splitStamp` makes of the text of a stamp, at a fraction of its cost where the text is as usual: each entry of
 * a listing has one. A text that would make it fail is no stamp: it must not be the end of the listing.
 */
export function toStamp(text: string): Stamp | undefined {
  const [, account, etag, modified] = USUAL.exec(text) ?? [];
  if (account !== undefined && etag !== undefined && modified !== undefined) {
    const lastModified = new Date(modified);
    if (!Number.isNaN(lastModified.getTime())) return { account, etag: etag as Etag, lastModified };
  }
  try {
    return splitStamp({ [STAMP_NAME]: text }).stamp;
  } catch {
    return undefined;
  }
}
