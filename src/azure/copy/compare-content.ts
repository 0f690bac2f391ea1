import type { Account } from '../account/connect-account.ts';
import { blobClient } from '../blob/blob-client.ts';
import { toMeanings, toStorageError } from '../errors/storage-error.ts';
import { type Etag, etagHeader } from '../../model/etag.ts';
import type { Key } from '../../model/key.ts';
import type { ComparisonOutcome, ContentComparison, CopyRequest } from '../../ports/backup-store.ts';

/** The part of a copy request that says what to read. */
interface PinnedVersion extends Pick<CopyRequest, 'key' | 'from'> {
  readonly source: Pick<CopyRequest['source'], 'etag'>;
}

/**
 * Fills `into` with the source's bytes from `offset` on, read from the requested version only. False when the
 * source is no longer that version. With nothing to read, only the version is checked.
 */
export async function readPinned(
  source: Account,
  { key, from = key, source: pinned }: PinnedVersion,
  offset: number,
  into: Buffer,
  signal?: AbortSignal,
): Promise<boolean> {
  const blob = blobClient(source, from);
  const options = {
    conditions: { ifMatch: etagHeader(pinned.etag) },
    ...(signal !== undefined && { abortSignal: signal }),
  };
  try {
    if (into.length === 0) await blob.getProperties(options);
    else await blob.downloadToBuffer(into, offset, into.length, { ...options, blockSize: into.length });
    return true;
  } catch (error) {
    const meaning = toMeanings(error)?.read;
    if (meaning === 'absent' || meaning === 'race-lost') return false;
    throw toStorageError(error, 'read', source.name);
  }
}

const PIECE = 8 * 1024 * 1024;

/** One version of a blob. */
export interface BlobVersion {
  readonly account: Account;
  readonly key: Key;
  readonly etag: Etag;
}

interface ComparisonRange {
  /** Of both versions. */
  readonly size: number;
  /** How many leading bytes are known to be equal. */
  readonly equal: number;
  /** Receives each equal piece; it must not keep the buffer after it returns. */
  readonly onEqualPiece?: (piece: Buffer) => void;
  /** Called after every piece. */
  readonly mustStop: () => boolean;
}

/** Compares two versions piece by piece, each under its ETag. Holds one piece of each in memory. */
export async function comparePieces(
  source: BlobVersion,
  backup: BlobVersion,
  { size, equal, onEqualPiece: sees, mustStop }: ComparisonRange,
): Promise<ComparisonOutcome> {
  const left = Math.max(0, size - equal);
  const ours = Buffer.allocUnsafeSlow(Math.min(PIECE, left));
  const theirs = Buffer.allocUnsafeSlow(ours.length);
  for (let offset = equal; offset < size; offset += PIECE) {
    if (offset > equal && mustStop()) return { kind: 'unfinished', equal: offset };
    const count = Math.min(PIECE, size - offset);
    const [there, here] = await Promise.all([
      read(source, offset, theirs.subarray(0, count)),
      read(backup, offset, ours.subarray(0, count)),
    ]);
    if (!there) return { kind: 'source-precondition-failed' };
    if (!here) return { kind: 'backup-precondition-failed' };
    if (!ours.subarray(0, count).equals(theirs.subarray(0, count))) return { kind: 'different' };
    sees?.(ours.subarray(0, count));
  }
  return { kind: 'same' };
}

async function read({ account, key, etag }: BlobVersion, offset: number, into: Buffer): Promise<boolean> {
  return await readPinned(account, { key, source: { etag } }, offset, into);
}

/** Compares the bytes of two blobs on real accounts. Reads nothing when their lengths differ. */
export function createContentComparison(source: Account, backup: Account): ContentComparison {
  return {
    compareContent: async ({
      key,
      from = key,
      source: theirs,
      backup: ours,
      equal = 0,
      mustStop = () => false,
    }) => {
      if (theirs.size !== ours.size) return { kind: 'different' };
      return await comparePieces(
        { account: source, key: from, etag: theirs.etag },
        { account: backup, key, etag: ours.etag },
        { size: theirs.size, equal, mustStop },
      );
    },
  };
}
