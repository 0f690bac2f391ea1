import type { Key } from '../model/key.ts';
import type { BlobPresent } from '../model/reading.ts';

/** Reads both sides and says whether they hold the same bytes. Nothing here writes. */
export interface ContentComparison {
  /**
   * Compares what both sides hold, each byte read under the ETag that was observed, in bounded memory. It stops after a
   * piece when it is told to; the same request with what is equal so far, from any worker, then goes on where it was.
   *
   * Rejects with a `BlobmirrorError` and nothing else.
   */
  compareContent(request: ComparisonRequest): Promise<ComparisonOutcome>;
}

export interface ComparisonRequest {
  /** On the backup. */
  readonly key: Key;
  /** At the source: the same when left out. */
  readonly from?: Key;
  /** The versions to compare, as they were read. */
  readonly source: BlobPresent;
  readonly backup: BlobPresent;
  /** How many bytes, from the first on, an earlier call found equal in these very versions. */
  readonly equal?: number;
  /** Asked after every piece. */
  readonly mustStop?: () => boolean;
}

export type ComparisonOutcome =
  | { readonly outcome: 'same' | 'different' | 'source-moved' | 'backup-moved' }
  /** `equal`: how many bytes, from the first on, were found equal. */
  | { readonly outcome: 'unfinished'; readonly equal: number };
