import type { ReconcileRequest, Run } from '../../api/run.ts';
import { trustClock } from '../../clock/service-clock.ts';
import { systemSteadyClock } from '../../clock/steady-clock.ts';
import type { RunId } from '../../model/run-id.ts';
import { NEVER_PAUSED } from '../../ports/pause-gate.ts';
import { DELETE_GUARD } from './guard-deletions.ts';
import { handleShard } from './handle-shard.ts';
import type { ReconcilerContext, ReconcilerParts } from './reconciler-context.ts';
import { reportRun } from './report-run.ts';
import { endRun, isUnderWay } from './run-state.ts';
import { createRunStore } from './run-store.ts';
import { releaseClaim, startRun } from './start-run.ts';

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

/**
 * The life of a reconcile: a run is planned, its shards wait in a queue, workers take them slice by slice and record
 * each one once, and what only the backup has is deleted when all is compared and the guards let it pass. How listings
 * are compared comes from outside, and whether a key is deleted is for the heart to say.
 *
 * Every step may be the last one of a worker. Its message comes again then, and whoever receives it goes on: what came
 * of a slice is put down before it is recorded, recorded by compare-and-swap, and what follows is sent after that.
 */

/** Within the four minutes that a slice may take, with the last look that was begun. */
const BUDGET_MS = 180_000;

type Defaults = 'foreign' | 'guard' | 'budgetMs' | 'clock' | 'now' | 'serviceClock' | 'pause' | 'mirror';

export function createReconciler(
  given: Omit<ReconcilerParts, Defaults> & Partial<Pick<ReconcilerParts, Defaults>>,
): Reconciler {
  const { now = () => new Date() } = given;
  const parts: ReconcilerParts = {
    foreign: 'keep',
    guard: DELETE_GUARD,
    budgetMs: BUDGET_MS,
    clock: systemSteadyClock,
    now,
    serviceClock: trustClock(now),
    pause: NEVER_PAUSED,
    mirror: '',
    ...given,
  };
  const runs = createRunStore(parts.documents, parts.log, parts.mirror, parts.now);
  const desk: ReconcilerContext = { parts, runs };
  return {
    start: async (request) => await startRun(desk, request),
    read: async (id) => await runs.read(id),
    list: async () => await runs.list(),
    cancel: async (id) => {
      const changed = await runs.change(id, (run) =>
        isUnderWay(run) ? endRun(run, 'cancelled', parts.now()) : undefined,
      );
      if (changed !== undefined) return changed.isChanged;
      // Whoever claimed the place for it may have died before it was written down.
      return await releaseClaim(desk, id);
    },
    report: (id) => reportRun(desk, id),
    handleShard: async (body) => await handleShard(desk, body),
  };
}
