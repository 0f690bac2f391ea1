import { theServiceClock } from '../clock/observed-clock.ts';
import type { Settings } from '../config/settings.ts';
import { type TriggerContext, fromTrigger } from '../intake/incoming-message.ts';
import { handleShardMessage } from '../intake/handle-shard-message.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { retryHintQueue } from '../ports/retry-queues.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import { type Reconciler, refuseOutOfScope } from '../reconcile/runs/reconciler.ts';
import type { Logger } from '../telemetry/logger.ts';
import { logSendRefusal } from './connect-service-bus.ts';
import type { OpenAccounts } from './open-accounts.ts';
import type { OpenQueues } from './open-queues.ts';
import { openReconciler } from './open-reconciler.ts';

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
