import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { createAzureUndeliveredEvents } from '../azure/undelivered-events.ts';
import type { Settings } from '../config/settings.ts';
import { type DeadLetterStore, createDeadLetterStore } from '../deadletter/dead-letter-store.ts';
import { redeliverEvents } from '../deadletter/redeliver-events.ts';
import { watchDeadLetters } from '../deadletter/watch-dead-letters.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import type { Logger } from '../telemetry/logger.ts';
import { observeDeadLetters } from '../telemetry/metrics.ts';
import { connectStorage } from './connect-storage.ts';
import type { OpenAccounts } from './open-accounts.ts';
import type { OpenQueues } from './open-queues.ts';

/** Dead letters, and the two functions that watch them each minute. */
export interface DeadLetters {
  readonly store: DeadLetterStore;
  /** Counts dead letters, records and logs new ones, and replays those whose cause has passed. */
  readonly watch: () => Promise<void>;
  /** Sends events to the queue that Event Grid could not deliver there. Undefined when the settings name no container for them. */
  readonly redeliver: (() => Promise<void>) | undefined;
}

interface DeadLetterParts {
  readonly accounts: Pick<OpenAccounts, 'source' | 'backup' | 'guard' | 'scope'>;
  readonly queues: Pick<OpenQueues, 'events' | 'deadLetters'>;
  readonly documents: DocumentStore;
  readonly unprotected: Pick<UnprotectedKeys, 'record'>;
}

const REDELIVER_WITHIN_MS = TIME_BUDGETS.redeliver;

export function createDeadLetters(
  settings: Pick<Settings, 'state'>,
  log: Logger,
  { accounts, queues, documents, unprotected }: DeadLetterParts,
): DeadLetters {
  const { scope } = accounts;
  const store = createDeadLetterStore(queues.deadLetters, documents, log, {
    record: unprotected.record,
    scope,
  });
  const { connection, eventGridDeadLetters } = settings.state;
  return {
    store,
    watch: async () => {
      await watchDeadLetters({
        queues: queues.deadLetters,
        documents,
        store,
        record: unprotected.record,
        scope,
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
        // With swapped accounts, the container may be that of another mirror.
        await accounts.guard();
        const undelivered = createAzureUndeliveredEvents(connectStorage(connection), eventGridDeadLetters);
        await redeliverEvents({
          undelivered,
          queue: queues.events.hints,
          log,
          signal: AbortSignal.timeout(REDELIVER_WITHIN_MS),
        });
      }),
  };
}

/** Whether the account answers, by a request for its first page of containers. */
async function answers(account: BlobReader): Promise<boolean> {
  try {
    await account.listContainers()[Symbol.asyncIterator]().next();
    return true;
  } catch {
    return false;
  }
}
