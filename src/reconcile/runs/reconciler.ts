import { TIME_BUDGETS } from '../../concurrency/time-budget.ts';
import { type LinePage, type PageBounds, linesOf, takePage } from '../../api/line-page.ts';
import type { ReconcileRequest, Run } from '../../api/run.ts';
import { systemSteadyClock, trustClock } from '../../clock/service-clock.ts';
import type { RunId } from '../../model/run-id.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Scope } from '../../model/scope.ts';
import { NEVER_PAUSED } from '../../ports/account-decorators.ts';
import { DELETE_GUARD } from './guard-deletions.ts';
import { handleShard } from './handle-shard.ts';
import type { ReconcilerContext, ReconcilerParts } from './reconciler-context.ts';
import { reportRun } from './report-run.ts';
import { createRunStore, endRun, isUnderWay } from './run-store.ts';
import { releaseClaim, startRun } from './start-run.ts';

/** The full syncs of a mirror. */
export interface Reconciler {
  /** Starts a run. Only one runs at a time: while another one is active, resolves to its id instead. */
  start(request: ReconcileRequest): Promise<{ readonly started: Run } | { readonly running: RunId }>;
  read(id: RunId): Promise<Run | undefined>;
  /** The last runs, the newest first. */
  list(): Promise<readonly Run[]>;
  /** Ends a run; its workers stop within seconds. False: there is no such run, or it has ended. */
  cancel(id: RunId): Promise<boolean>;
  /** Every key that was out of step, as lines of JSON (`ReportLine`). */
  report(id: RunId): AsyncIterable<string>;
  /** The same in parts of bounded size. @throws BlobmirrorError `request-invalid` when `from` is no `next` of a page */
  reportPage(id: RunId, from?: string, bounds?: PageBounds): Promise<LinePage>;
  /**
   * Works on a slice of a shard. Resolves when the message may be completed; rejects when it must be delivered again, and
   * at once with `message-not-shard` when it is no shard message.
   */
  handleShard(body: unknown): Promise<void>;
}

/**
 * The life of a run: it is planned; its shards wait in a queue; workers take them slice by slice and record each slice
 * once; when all is compared, what only the backup has is deleted if the guards allow it. `compareSlice` compares
 * listings; the mirror core decides whether a key is deleted.
 *
 * A worker may crash at any step. Its message is then delivered again and another worker goes on: the outcome of a slice
 * is written first, then recorded in the run by compare-and-swap, then what follows is sent.
 */

type Defaults = 'foreign' | 'guard' | 'budgetMs' | 'clock' | 'now' | 'serviceClock' | 'pause' | 'mirror';

export function createReconciler(
  given: Omit<ReconcilerParts, Defaults> & Partial<Pick<ReconcilerParts, Defaults>>,
): Reconciler {
  const { now = () => new Date() } = given;
  const parts: ReconcilerParts = {
    foreign: 'keep',
    guard: DELETE_GUARD,
    budgetMs: TIME_BUDGETS.slice,
    clock: systemSteadyClock,
    now,
    serviceClock: trustClock(now),
    pause: NEVER_PAUSED,
    mirror: '',
    ...given,
  };
  const runs = createRunStore(parts.documents, parts.log, parts.mirror, parts.now);
  const context: ReconcilerContext = { parts, runs };
  return {
    start: async (request) => await startRun(context, request),
    read: async (id) => await runs.read(id),
    list: async () => await runs.list(),
    cancel: async (id) => {
      const changed = await runs.change(id, (run) =>
        isUnderWay(run) ? endRun(run, 'cancelled', parts.now()) : undefined,
      );
      if (changed !== undefined) return changed.isChanged;
      // The worker that claimed it may have crashed before it wrote the run.
      return await releaseClaim(context, id);
    },
    report: (id) => linesOf(reportRun(context, id)),
    reportPage: async (id, from, bounds) => await takePage(reportRun(context, id, from), bounds),
    handleShard: async (body) => await handleShard(context, body),
  };
}

/** Refuses to start a run of a container that is not mirrored: it would find nothing and look successful. */
export function refuseOutOfScope(reconciler: Reconciler, scope: Scope): Reconciler {
  return {
    start: async (request) => {
      const named = [
        ...(request.container === undefined ? [] : [request.container]),
        ...request.allowDeletes,
        ...(request.deleteForeign ?? []),
      ];
      const outside = named.find((container) => !scope.includesContainer(container));
      if (outside !== undefined) {
        throw new BlobmirrorError(
          'request-invalid',
          `the container ${outside} is not mirrored by the settings`,
        );
      }
      return await reconciler.start(request);
    },
    read: async (id) => await reconciler.read(id),
    list: async () => await reconciler.list(),
    cancel: async (id) => await reconciler.cancel(id),
    report: (id) => reconciler.report(id),
    reportPage: async (id, from, bounds) => await reconciler.reportPage(id, from, bounds),
    handleShard: async (body) => await reconciler.handleShard(body),
  };
}
