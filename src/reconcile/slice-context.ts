import type { BlobPath } from '../model/key.ts';
import type { AdoptBy } from '../model/reconcile/adoption.ts';
import type { ReportLine } from '../model/reconcile/run.ts';
import type { CompareShard, SliceResult } from '../model/reconcile/shard.ts';
import type { SkipReason } from '../model/verdict.ts';

/** A key of the backup that the source lacks and that somebody else put there. */
export interface ForeignKey {
  readonly path: BlobPath;
  readonly reason: ForeignReason;
}

export type ForeignReason = Extract<SkipReason, 'backup-foreign' | 'backup-foreign-no-room'>;

/** What a slice works with. What it writes counts only once the slice has ended well. */
export interface SliceContext {
  /** A key that was out of step, and what became of it: a line of the report. */
  readonly report: (line: ReportLine) => Promise<void>;
  /** A key that only the backup has. */
  readonly extra: (path: BlobPath) => Promise<void>;
  /** A key that only the backup has, and that stays, since it bears no stamp of ours. */
  readonly foreign: (key: ForeignKey) => Promise<void>;
  /** For how long it may draw keys, in milliseconds. */
  readonly budgetMs: number;
  /** Aborted when nobody will count what it does any more: it should stop soon, by throwing or by returning. */
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Whether the run has leave to delete foreign blobs of this container. */
  readonly deleteForeign: boolean;
  /** How what another tool made is proven to hold what the source has, where it is to be adopted. */
  readonly adopt?: AdoptBy | undefined;
  /** How many shards of the run are not done, this one included: whether another half would find somebody idle. */
  readonly openShards: number;
}

/** Walks a stretch of both listings and brings in step what may be copied. Rejects when a listing fails. */
export type CompareSlice = (shard: CompareShard, context: SliceContext) => Promise<SliceResult>;
