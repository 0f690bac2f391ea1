import type { ServiceBusClient } from '@azure/service-bus';
import { createAzureShardQueue } from '../azure/queue/queue-senders.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import type { Settings } from '../config/settings.ts';
import { retryShardQueue } from '../ports/retry-queues.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { PauseGate } from '../ports/pause-gate.ts';
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
  /** Sides to list, and the heart that converges. */
  readonly accounts: OpenAccounts;
  readonly documents: DocumentStore;
  readonly serviceBus: ServiceBusClient;
  readonly pause: PauseGate;
  readonly log: Logger;
}

/** The reconciler on Azure: runs in the state's container, shards on the queue, keys converged by the mirror's own heart. */
export function openReconciler({
  settings,
  accounts,
  documents,
  serviceBus,
  pause,
  log,
}: Opening): Reconciler {
  const { source, backup, scope } = accounts;
  const { deleteGuard, budgetMs } = settings.reconcile;
  const open = (queue: ShardQueue): Reconciler =>
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
      queue,
      pause,
      // What a listing of the source lacked: in an account that was taken for the source by mistake, that may be all.
      converge: async (key, leave) => {
        await accounts.mayDelete();
        return await (await accounts.core()).converge(key, undefined, leave);
      },
      compareSlice: async (shard, context) => {
        const heart = await accounts.core();
        return await compareSlice({ ...(await accounts.sides()), ...heart }, shard, context);
      },
      log,
    });
  const queue = createAzureShardQueue(serviceBus.createSender(settings.reconcile.queue));
  // Whoever asks for a run is told at once that the queue does not take it; whoever holds a message of it holds on.
  const worker = open(retryShardQueue(queue, logSendRefusal(log)));
  const about = { queue: settings.reconcile.queue };
  return {
    ...open(queue),
    handleShard: async (body) => await besideProcessSpan(about, async () => await worker.handleShard(body)),
  };
}
