import type { Key } from '../../model/key.ts';
import type { BlobPresent } from '../../model/reading.ts';
import type { AccountInspector } from '../../ports/account-inspector.ts';

/** Bytes that are held of each side at a time. */
const RANGE_SIZE = 4 * 1024 * 1024;

export type ContentCompared =
  | { readonly content: 'equal' }
  /** The first byte that is not the same. */
  | { readonly content: 'differs'; readonly at: number }
  /** One side is no longer the version that was to be read. */
  | { readonly content: 'moved' };

/** Reads both sides of a key, range by range, each under the ETag of its reading. They must be of one size. */
export async function compareContent(
  sides: { readonly source: AccountInspector; readonly backup: AccountInspector },
  key: Key,
  source: BlobPresent,
  backup: BlobPresent,
): Promise<ContentCompared> {
  for (let offset = 0; offset < source.size; offset += RANGE_SIZE) {
    const count = Math.min(RANGE_SIZE, source.size - offset);
    const [ours, theirs] = await Promise.all([
      sides.source.readRange(key, { etag: source.etag, offset, count }),
      sides.backup.readRange(key, { etag: backup.etag, offset, count }),
    ]);
    if (ours === undefined || theirs === undefined) return { content: 'moved' };
    if (Buffer.compare(ours, theirs) !== 0)
      return { content: 'differs', at: offset + firstDifference(ours, theirs) };
  }
  return { content: 'equal' };
}

function firstDifference(ours: Uint8Array, theirs: Uint8Array): number {
  const at = ours.findIndex((byte, index) => byte !== theirs[index]);
  return at < 0 ? ours.length : at;
}
