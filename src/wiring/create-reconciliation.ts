import { createAzureHintQueue } from '../azure/queue/queue-senders.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import type { Settings } from '../config/settings.ts';
import { handleShardMessage } from '../intake/handle-shard-message.ts';
import type { IncomingMessage } from '../intake/message-chain.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { retryHintQueue } from '../ports/retry-queues.ts';
import type { PauseGate } from '../ports/pause-gate.ts';
import type { Reconciler } from '../reconcile/runs/reconciler.ts';
import type { Logger } from '../telemetry/logger.ts';
import { connectServiceBus, logSendRefusal } from './connect-service-bus.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';
import { openPause } from './open-pause.ts';
import { openDocuments } from './open-documents.ts';
import { openReconciler } from './open-reconciler.ts';
import { createReconcileHandlers, type ReconcileHandlers } from '../http/reconcile-handlers.ts';
import { refuseOutOfScope } from '../reconcile/refuse-out-of-scope.ts';

export type { Reconciler } from '../reconcile/runs/reconciler.ts';

/** Full syncs, as the doors use them. */
export interface Reconciliation {
  readonly reconciler: Reconciler;
  /** Works on what one message of the reconcile queue names; rejects when it must be delivered again. */
  handleMessage(message: IncomingMessage): Promise<void>;
  /** Runs over HTTP. */
  readonly api: ReconcileHandlers;
  /** When runs begin by themselves, as NCRONTAB; undefined: never. */
  readonly schedule: string | undefined;
  /** Whether mirroring is paused, so that a run waits. Never rejects; false where it cannot be told. */
  isPaused(): Promise<boolean>;
  stop(): Promise<void>;
}

/** What a worker has of its own; a command has none of it. */
interface ReconciliationParts {
  readonly accounts: OpenAccounts;
  readonly pause: PauseGate;
  readonly documents: DocumentStore;
}

export function createReconciliation(
  settings: Settings,
  log: Logger,
  worker: Partial<ReconciliationParts> = {},
): Reconciliation {
  const { documents = openDocuments(settings), accounts = openAccounts(settings, log) } = worker;
  const pause = worker.pause ?? openPause(documents, log).gate;
  const serviceBus = connectServiceBus(settings.serviceBus);
  const reconciler = refuseOutOfScope(
    openReconciler({ settings, accounts, documents, serviceBus, pause, log }),
    accounts.scope,
  );
  const sender = serviceBus.createSender(settings.reconcile.queue);
  const queue = retryHintQueue(createAzureHintQueue(sender), logSendRefusal(log));
  const handleShard = async (body: unknown): Promise<void> => await reconciler.handleShard(body);
  return {
    reconciler,
    handleMessage: async (message) => await handleShardMessage({ queue, handleShard }, log, message),
    api: createReconcileHandlers(reconciler, log),
    schedule: settings.reconcile.schedule,
    isPaused: async () => {
      await pause.pausedSince(theServiceClock.now());
      return pause.isPaused();
    },
    stop: async () => {
      await serviceBus.close();
    },
  };
}
