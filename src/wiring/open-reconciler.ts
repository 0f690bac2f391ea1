import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import { retryShardQueue } from '../ports/retry-queues.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import type { ShardQueue } from '../ports/work-queues.ts';
import { compareSlice } from '../reconcile/compare/compare-slice.ts';
import { type Reconciler, createReconciler } from '../reconcile/runs/reconciler.ts';
import type { Logger } from '../telemetry/logger.ts';
import { besideProcessSpan } from '../telemetry/spans.ts';
import { mirrorDigest } from './mirror-id.ts';
import { logSendRefusal } from './connect-service-bus.ts';
import type { OpenAccounts } from './open-accounts.ts';

interface Opening {
  readonly settings: Settings;
  /** To list, and the mirror core to converge. */
  readonly accounts: OpenAccounts;
  readonly documents: DocumentStore;
  readonly queue: ShardQueue;
  readonly pause: PauseGate;
  readonly log: Logger;
}

/** The reconciler on Azure: runs in the container of the state, shards on the queue, keys converged by the mirror core. */
export function openReconciler({ settings, accounts, documents, queue, pause, log }: Opening): Reconciler {
  const { source, backup, scope } = accounts;
  const { deleteGuard, budgetMs } = settings.reconcile;
  const create = (shards: ShardQueue): Reconciler =>
    createReconciler({
      source,
      backup,
      scope,
      mirror: mirrorDigest(settings),
      deletes: settings.policy.deletes,
      foreign: settings.policy.foreign,
      guard: { share: deleteGuard.percent / 100, number: deleteGuard.count },
      budgetMs,
      now: () => theServiceClock.now(),
      serviceClock: theServiceClock,
      documents,
      queue: shards,
      pause,
      // These keys were missing in a listing of the source. With swapped accounts, that may be every key.
      converge: async (key, leave) => {
        await accounts.mayDelete();
        return await (await accounts.core()).converge(key, undefined, leave);
      },
      compareSlice: async (shard, context) => {
        const core = await accounts.core();
        return await compareSlice({ ...(await accounts.sides()), ...core }, shard, context);
      },
      log,
    });
  // A request for a run fails at once when the queue does not take its messages; a worker retries while it holds one.
  const worker = create(retryShardQueue(queue, logSendRefusal(log)));
  const about = { queue: settings.reconcile.queue };
  return {
    ...create(queue),
    handleShard: async (body) => await besideProcessSpan(about, async () => await worker.handleShard(body)),
  };
}
