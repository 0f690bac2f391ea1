import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import { handleShardMessage } from '../intake/handle-message.ts';
import { type TriggerContext, fromTrigger } from '../intake/incoming-message.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { retryHintQueue, retryShardQueue } from '../ports/retry-queues.ts';
import type { ShardQueue } from '../ports/work-queues.ts';
import { compareSlice } from '../reconcile/compare/compare-slice.ts';
import { type Reconciler, createReconciler, refuseOutOfScope } from '../reconcile/runs/reconciler.ts';
import type { Logger } from '../telemetry/logger.ts';
import { besideProcessSpan } from '../telemetry/spans.ts';
import { mirrorDigest } from './mirror-id.ts';
import type { OpenAccounts } from './open-accounts.ts';
import { logSendRefusal, type OpenQueues } from './open-queues.ts';

export type { Reconciler } from '../reconcile/runs/reconciler.ts';

/** Full syncs: their runs, and the shards that this process works on. */
export interface Reconciliation {
  readonly reconciler: Reconciler;
  /** Handles one message of the reconcile queue as a Service Bus trigger hands it over. Rejects when it must be delivered again. */
  handleTrigger(body: unknown, context: TriggerContext): Promise<void>;
  /** NCRONTAB: when runs begin by themselves. Undefined means never. */
  readonly schedule: string | undefined;
  /** Whether mirroring is paused, so that runs wait. Never rejects; false when it cannot be read. */
  isPaused(): Promise<boolean>;
}

interface ReconciliationParts {
  readonly accounts: OpenAccounts;
  readonly queues: Pick<OpenQueues, 'reconcile'>;
  readonly documents: DocumentStore;
  readonly pause: PauseGate;
}

export function createReconciliation(
  settings: Settings,
  log: Logger,
  { accounts, queues, documents, pause }: ReconciliationParts,
): Reconciliation {
  const { hints, shards } = queues.reconcile;
  const reconciler = refuseOutOfScope(
    openReconciler({ settings, accounts, documents, queue: shards, pause, log }),
    accounts.scope,
  );
  const queue = retryHintQueue(hints, logSendRefusal(log));
  const handleShard = async (body: unknown): Promise<void> => await reconciler.handleShard(body);
  return {
    reconciler,
    handleTrigger: async (body, context) =>
      await handleShardMessage({ queue, handleShard }, log, fromTrigger(body, context)),
    schedule: settings.reconcile.schedule,
    isPaused: async () => {
      await pause.pausedSince(theServiceClock.now());
      return pause.isPaused();
    },
  };
}

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
function openReconciler({ settings, accounts, documents, queue, pause, log }: Opening): Reconciler {
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
