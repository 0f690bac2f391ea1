import type { Etag } from '../../model/etag.ts';
import type { Key } from '../../model/key.ts';
import type { ComparisonOutcome } from '../../ports/content-comparison.ts';
import type { Account } from '../connect-account.ts';
import { readPinned } from './read-pinned.ts';

const PIECE = 8 * 1024 * 1024;

/** One version of a blob. */
export interface Version {
  readonly account: Account;
  readonly key: Key;
  readonly etag: Etag;
}

interface Stretch {
  /** Of both versions. */
  readonly size: number;
  /** How many bytes, from the first on, are known to be equal. */
  readonly equal: number;
  /** Is given each piece that is equal, to be looked at before it answers. */
  readonly sees?: (piece: Buffer) => void;
  /** Asked after every piece. */
  readonly mustStop: () => boolean;
}

/** Compares two versions piece by piece, each under its ETag. Memory is that of one piece of each. */
export async function comparePieces(
  source: Version,
  backup: Version,
  { size, equal, sees, mustStop }: Stretch,
): Promise<ComparisonOutcome> {
  const left = Math.max(0, size - equal);
  const ours = Buffer.allocUnsafeSlow(Math.min(PIECE, left));
  const theirs = Buffer.allocUnsafeSlow(ours.length);
  for (let offset = equal; offset < size; offset += PIECE) {
    if (offset > equal && mustStop()) return { outcome: 'unfinished', equal: offset };
    const count = Math.min(PIECE, size - offset);
    const [there, here] = await Promise.all([
      read(source, offset, theirs.subarray(0, count)),
      read(backup, offset, ours.subarray(0, count)),
    ]);
    if (!there) return { outcome: 'source-moved' };
    if (!here) return { outcome: 'backup-moved' };
    if (!ours.subarray(0, count).equals(theirs.subarray(0, count))) return { outcome: 'different' };
    sees?.(ours.subarray(0, count));
  }
  return { outcome: 'same' };
}

async function read({ account, key, etag }: Version, offset: number, into: Buffer): Promise<boolean> {
  return await readPinned(account, { key, source: { etag } }, offset, into);
}
