import type { Difference } from '../api/difference.ts';
import { createLimiter } from '../concurrency/limiter.ts';
import type { Key } from '../model/key.ts';
import { type BlobPresent, isSameContent } from '../model/reading.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';
import type { Verification } from './verification.ts';

/** Each holds two ranges of content in memory. */
const READS_AT_A_TIME = 8;
const inReadingSlot = createLimiter(READS_AT_A_TIME);

/** `unknown`: not compared. `moved`: one side is no longer the version that was to be read. */
export async function compareContent(
  task: Verification,
  key: Key,
  source: BlobPresent,
  backup: BlobPresent,
): Promise<'equal' | 'unknown' | 'moved' | Difference> {
  // A difference in size is reported already.
  if (task.content === 'none' || source.size !== backup.size) return 'unknown';
  if (source.size === 0) return 'equal';
  if (task.content === 'read' && !source.archived && !backup.archived) {
    const compared = await inReadingSlot(async () => await compareBytes(task, key, source, backup));
    if (compared.kind !== 'differs') return compared.kind;
    return { difference: 'content', name: `byte ${compared.at}` };
  }
  const same = isSameContent(source, backup);
  if (same === undefined) return 'unknown';
  if (same) return 'equal';
  return {
    difference: 'content',
    ...(source.contentMd5 !== undefined && { source: source.contentMd5 }),
    ...(backup.contentMd5 !== undefined && { backup: backup.contentMd5 }),
  };
}

/** Bytes held of each side at a time. */
const RANGE_SIZE = 4 * 1024 * 1024;

type BytesCompared =
  | { readonly kind: 'equal' }
  /** Position of the first byte that differs. */
  | { readonly kind: 'differs'; readonly at: number }
  /** One side is no longer the version that was to be read. */
  | { readonly kind: 'moved' };

/**
 * Compares both sides of a key, range by range, each under the ETag of its reading. Their sizes must be
 * equal.
 */
async function compareBytes(
  sides: { readonly source: AccountInspector; readonly backup: AccountInspector },
  key: Key,
  source: BlobPresent,
  backup: BlobPresent,
): Promise<BytesCompared> {
  for (let offset = 0; offset < source.size; offset += RANGE_SIZE) {
    const count = Math.min(RANGE_SIZE, source.size - offset);
    const [ours, theirs] = await Promise.all([
      sides.source.readRange(key, { etag: source.etag, offset, count }),
      sides.backup.readRange(key, { etag: backup.etag, offset, count }),
    ]);
    if (ours === undefined || theirs === undefined) return { kind: 'moved' };
    if (Buffer.compare(ours, theirs) !== 0)
      return { kind: 'differs', at: offset + firstDifference(ours, theirs) };
  }
  return { kind: 'equal' };
}

function firstDifference(ours: Uint8Array, theirs: Uint8Array): number {
  const at = ours.findIndex((byte, index) => byte !== theirs[index]);
  return at < 0 ? ours.length : at;
}
