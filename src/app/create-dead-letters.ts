import { theServiceClock } from '../clock/the-service-clock.js';
import { createAzureDeadLetterQueue } from '../azure/azure-dead-letter-queue.js';
import { createAzureEventSpool } from '../azure/azure-event-spool.js';
import { createAzureHintQueue } from '../azure/azure-hint-queue.js';
import type { Settings } from '../config/settings.js';
import { createLetterBox, type LetterBox } from '../deadletter/letter-box.js';
import { takeBackEvents } from '../deadletter/take-back-events.js';
import { watchLetters } from '../deadletter/watch-letters.js';
import type { BlobReader } from '../ports/blob-reader.js';
import type { DocumentStore } from '../ports/document-store.js';
import type { Logger } from '../telemetry/logger.js';
import { observeDeadLetters } from '../telemetry/metrics.js';
import { connectServiceBus } from './connect-service-bus.js';
import { connectStorage } from './connect-storage.js';
import { createDeadLetterApi, type DeadLetterApi } from './deadletter-api.js';
import { type OpenAccounts, openAccounts } from './open-accounts.js';
import { openDocuments } from './open-documents.js';

export type { LetterBox } from '../deadletter/letter-box.js';

/** Dead letters, as the doors use them. */
export interface DeadLetters {
  readonly box: LetterBox;
  /** The same over HTTP. */
  readonly api: DeadLetterApi;
  /** Counts letters, tells of new ones, and replays those whose cause has passed. */
  readonly watch: () => Promise<void>;
  /** Puts events into the queue that Event Grid could not deliver there; undefined: the settings do not say where they are. */
  readonly takeBack: (() => Promise<void>) | undefined;
  stop(): Promise<void>;
}

const TAKE_BACK_MS = 120_000;

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
  const box = createLetterBox(queues, documents, log);
  const { connection, eventGridDeadLetters } = settings.state;
  return {
    box,
    api: createDeadLetterApi(box, log),
    watch: async () => {
      await watchLetters({
        queues,
        documents,
        box,
        accountsAnswer: async () =>
          (await Promise.all([accounts.source, accounts.backup].map(answers))).every(Boolean),
        observe: observeDeadLetters,
        log,
        now: () => theServiceClock.now(),
      });
    },
    takeBack:
      eventGridDeadLetters &&
      (async () => {
        // With swapped accounts, the container may be another one's.
        await accounts.guard();
        const spool = createAzureEventSpool(connectStorage(connection), eventGridDeadLetters);
        const queue = createAzureHintQueue(events);
        await takeBackEvents({ spool, queue, log, signal: AbortSignal.timeout(TAKE_BACK_MS) });
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
