import { createAzureDeadLetterQueue } from '../azure/azure-dead-letter-queue.js';
import type { Settings } from '../config/settings.js';
import { createLetterBox, type LetterBox } from '../deadletter/letter-box.js';
import type { DocumentStore } from '../ports/document-store.js';
import type { Logger } from '../telemetry/logger.js';
import { connectServiceBus } from './connect-service-bus.js';
import { createDeadLetterApi, type DeadLetterApi } from './deadletter-api.js';
import { openDocuments } from './open-documents.js';

export type { LetterBox } from '../deadletter/letter-box.js';

/** Dead letters, as the doors use them. */
export interface DeadLetters {
  readonly box: LetterBox;
  /** The same over HTTP. */
  readonly api: DeadLetterApi;
  stop(): Promise<void>;
}

export function createDeadLetters(
  settings: Settings,
  log: Logger,
  documents: DocumentStore = openDocuments(settings),
): DeadLetters {
  const serviceBus = connectServiceBus(settings.serviceBus);
  const open = (queue: string) => createAzureDeadLetterQueue(serviceBus, serviceBus.createSender(queue));
  const queues = { events: open(settings.eventsQueue), reconcile: open(settings.reconcile.queue) };
  const box = createLetterBox(queues, documents, log);
  return {
    box,
    api: createDeadLetterApi(box, log),
    stop: async () => {
      await serviceBus.close();
    },
  };
}
