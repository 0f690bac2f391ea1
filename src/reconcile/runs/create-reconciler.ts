/**
 * The life of a reconcile: a run is planned, its shards wait in a queue, workers take them slice by slice and record
 * each one once, and what only the backup has is deleted when all is compared and the guards let it pass. How listings
 * are compared comes from outside, and whether a key is deleted is for the heart to say.
 *
 * Every step may be the last one of a worker. Its message comes again then, and whoever receives it goes on: what came
 * of a slice is put down before it is recorded, recorded by compare-and-swap, and what follows is sent after that.
 */
import { trustClock } from '../../clock/service-clock.ts';
import { systemClock } from '../../ports/clock.ts';
import { NEVER_PAUSED } from '../../ports/pause-gate.ts';
import type { Reconciler } from '../reconciler.ts';
import type { Desk } from './desk.ts';
import { endRun } from './end-run.ts';
import { DELETE_GUARD } from './guard-deletions.ts';
import { handleShard } from './handle-shard.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { reportRun } from './report-run.ts';
import { isUnderWay } from './run-progress.ts';
import { createRunStore } from './run-store.ts';
import { giveUpClaim, startRun } from './start-run.ts';

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
    clock: systemClock,
    now,
    serviceClock: trustClock(now),
    pause: NEVER_PAUSED,
    mirror: '',
    ...given,
  };
  const runs = createRunStore(parts.documents, parts.log, parts.mirror, parts.now);
  const desk: Desk = { parts, runs };
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
      return await giveUpClaim(desk, id);
    },
    report: (id) => reportRun(desk, id),
    handleShard: async (body) => await handleShard(desk, body),
  };
}
