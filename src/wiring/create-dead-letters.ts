import { theServiceClock } from '../clock/process-clocks.ts';
import { createAzureDeadLetterQueue } from '../azure/queue/dead-letter-queue.ts';
import { createAzureUndeliveredEvents } from '../azure/undelivered-events.ts';
import { createAzureHintQueue } from '../azure/queue/queue-senders.ts';
import type { Settings } from '../config/settings.ts';
import { type DeadLetterStore, createDeadLetterStore } from '../deadletter/dead-letter-store.ts';
import { redeliverEvents } from '../deadletter/redeliver-events.ts';
import { watchDeadLetters } from '../deadletter/watch-dead-letters.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { observeDeadLetters } from '../telemetry/metrics.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { createDeadLetterHandlers, type DeadLetterHandlers } from '../http/deadletter-handlers.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';
import { openDocuments } from './open-documents.ts';

export type { DeadLetterStore as LetterBox } from '../deadletter/dead-letter-store.ts';

/** Dead letters, as the doors use them. */
export interface DeadLetters {
  readonly store: DeadLetterStore;
  /** The same over HTTP. */
  readonly api: DeadLetterHandlers;
  /** Counts letters, tells of new ones, and replays those whose cause has passed. */
  readonly watch: () => Promise<void>;
  /** Puts events into the queue that Event Grid could not deliver there; undefined: the settings do not say where they are. */
  readonly redeliver: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

const REDELIVER_WITHIN_MS = 120_000;

export function createDeadLetters(
  settings: Settings,
  log: Logger,
  documents: DocumentStore = openDocuments(settings),
  accounts: Pick<OpenAccounts, 'source' | 'backup' | 'guard'> = openAccounts(settings, log),
): DeadLetters {
  const serviceBus = connectServiceBus(settings.serviceBus);
  const events = serviceBus.createSender(settings.eventsQueue);
  const queues = {
    events: createAzureDeadLetterQueue(serviceBus, events),
    reconcile: createAzureDeadLetterQueue(serviceBus, serviceBus.createSender(settings.reconcile.queue)),
  };
  const box = createDeadLetterStore(queues, documents, log);
  const { connection, eventGridDeadLetters } = settings.state;
  return {
    store: box,
    api: createDeadLetterHandlers(box, log),
    watch: async () => {
      await watchDeadLetters({
        queues,
        documents,
        store: box,
        accountsAnswer: async () =>
          (await Promise.all([accounts.source, accounts.backup].map(answers))).every(Boolean),
        observe: observeDeadLetters,
        log,
        now: () => theServiceClock.now(),
      });
    },
    redeliver:
      eventGridDeadLetters &&
      (async () => {
        // With swapped accounts, the container may be another one's.
        await accounts.guard();
        const spool = createAzureUndeliveredEvents(connectStorage(connection), eventGridDeadLetters);
        const queue = createAzureHintQueue(events);
        await redeliverEvents({
          undelivered: spool,
          queue,
          log,
          signal: AbortSignal.timeout(REDELIVER_WITHIN_MS),
        });
      }),
    stop: async () => {
      await serviceBus.close();
    },
  };
}

/** By the first page of its containers. */
async function answers(account: BlobReader): Promise<boolean> {
  try {
    await account.listContainers()[Symbol.asyncIterator]().next();
    return true;
  } catch {
    return false;
  }
}
