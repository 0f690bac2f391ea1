import { createAzureHintQueue } from '../azure/azure-hint-queue.ts';
import { theServiceClock } from '../clock/the-service-clock.ts';
import type { Settings } from '../config/settings.ts';
import { handleShardMessage } from '../intake/handle-shard-message.ts';
import type { IncomingMessage } from '../intake/incoming-message.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import { insistOnQueue } from '../ports/insist-on-queue.ts';
import type { PauseGate } from '../ports/pause-gate.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import type { Logger } from '../telemetry/logger.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';
import { openControl } from './open-control.ts';
import { openDocuments } from './open-documents.ts';
import { openReconciler } from './open-reconciler.ts';
import { createReconcileApi, type ReconcileApi } from './reconcile-api.ts';
import { refuseOutOfScope } from './refuse-out-of-scope.ts';
import { tellRefusal } from './tell-refusal.ts';

export type { Reconciler } from '../reconcile/reconciler.ts';

/** Full syncs, as the doors use them. */
export interface Reconciliation {
  readonly reconciler: Reconciler;
  /** Works on what one message of the reconcile queue names; rejects when it must be delivered again. */
  handleMessage(message: IncomingMessage): Promise<void>;
  /** Runs over HTTP. */
  readonly api: ReconcileApi;
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
  const pause = worker.pause ?? openControl(documents, log).gate;
  const serviceBus = connectServiceBus(settings.serviceBus);
  const reconciler = refuseOutOfScope(
    openReconciler({ settings, accounts, documents, serviceBus, pause, log }),
    accounts.scope,
  );
  const sender = serviceBus.createSender(settings.reconcile.queue);
  const queue = insistOnQueue(createAzureHintQueue(sender), tellRefusal(log));
  const handleShard = async (body: unknown): Promise<void> => await reconciler.handleShard(body);
  return {
    reconciler,
    handleMessage: async (message) => await handleShardMessage({ queue, handleShard }, log, message),
    api: createReconcileApi(reconciler, log),
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
