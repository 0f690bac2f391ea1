import type { BlobPath } from '../model/key.js';
import type { ReportLine } from '../model/reconcile/run.js';
import type { CompareShard, SliceResult } from '../model/reconcile/shard.js';

/** What a slice works with. What it writes counts only once the slice has ended well. */
export interface SliceContext {
  /** A key that was out of step, and what became of it: a line of the report. */
  readonly report: (line: ReportLine) => Promise<void>;
  /** A key that only the backup has. */
  readonly extra: (path: BlobPath) => Promise<void>;
  /** For how long it may draw keys, in milliseconds. */
  readonly budgetMs: number;
  /** Aborted when nobody will count what it does any more: it should stop soon, by throwing or by returning. */
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** How many shards of the run are not done, this one included: whether another half would find somebody idle. */
  readonly openShards: number;
}

/** Walks a stretch of both listings and brings in step what may be copied. Rejects when a listing fails. */
export type CompareSlice = (shard: CompareShard, context: SliceContext) => Promise<SliceResult>;
