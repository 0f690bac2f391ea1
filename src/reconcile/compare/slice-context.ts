import type { ReportLine } from '../../model/reconcile/run.js';

/** What one slice of a shard works with. */
export interface SliceContext {
  /** How long to go on drawing keys, in milliseconds. What has begun is brought to its end. */
  readonly budgetMs: number;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Nothing is written to the backup. */
  readonly dryRun: boolean;
  /** Takes what became of a key that was out of step. */
  report(line: ReportLine): Promise<void>;
  /** Takes a key that only the backup has. */
  extra(path: string): Promise<void>;
}
