import { theServiceClock } from '../clock/the-service-clock.ts';
import { createAzureDeadLetterQueue } from '../azure/azure-dead-letter-queue.ts';
import { createAzureEventSpool } from '../azure/azure-event-spool.ts';
import { createAzureHintQueue } from '../azure/azure-hint-queue.ts';
import type { Settings } from '../config/settings.ts';
import { createLetterBox, type LetterBox } from '../deadletter/letter-box.ts';
import { takeBackEvents } from '../deadletter/take-back-events.ts';
import { watchLetters } from '../deadletter/watch-letters.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Logger } from '../telemetry/logger.ts';
import { observeDeadLetters } from '../telemetry/metrics.ts';
import { connectServiceBus } from './connect-service-bus.ts';
import { connectStorage } from './connect-storage.ts';
import { createDeadLetterApi, type DeadLetterApi } from './deadletter-api.ts';
import { type OpenAccounts, openAccounts } from './open-accounts.ts';
import { openDocuments } from './open-documents.ts';

export type { LetterBox } from '../deadletter/letter-box.ts';

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
