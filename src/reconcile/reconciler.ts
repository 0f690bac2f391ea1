import type { ReconcileRequest, Run, RunId } from '../model/reconcile/run.ts';

/** What doors ask of the reconciler. */
export interface Reconciler {
  /** Begins a run. One at a time: while another one moves, its id is given instead. */
  start(request: ReconcileRequest): Promise<{ readonly started: Run } | { readonly running: RunId }>;
  read(id: RunId): Promise<Run | undefined>;
  /** The last runs, the newest first. */
  list(): Promise<readonly Run[]>;
  /** Workers stop within seconds. False: there is no such run, or it has ended. */
  cancel(id: RunId): Promise<boolean>;
  /** Every key that was out of step, as lines of JSON (`ReportLine`). */
  report(id: RunId): AsyncIterable<string>;
  /**
   * Works on a shard, for as long as one message may take. Resolves when the message may be completed; rejects when it
   * must be delivered again, and with `message-not-shard`, before anything is done, when it is no shard.
   */
  handleShard(body: unknown): Promise<void>;
}
