import { createAzureDeadLetterQueue } from '../azure/queue/dead-letter-queue.ts';
import { createAzureQueueBrowser } from '../azure/queue/queue-browser.ts';
import { createAzureHintQueue, createAzureShardQueue } from '../azure/queue/queue-senders.ts';
import type { Settings } from '../config/settings.ts';
import type { DeadLetterQueue, QueueBrowser } from '../ports/dead-letter-queue.ts';
import type { HintQueue, ShardQueue } from '../ports/work-queues.ts';
import { connectServiceBus } from './connect-service-bus.ts';

/** The two queues of a mirror over one connection, as the use cases take them. */
export interface OpenQueues {
  readonly events: {
    readonly hints: HintQueue;
    readonly browser: QueueBrowser;
  };
  readonly reconcile: {
    /** Messages of the queue that are sent again: later, or to be dead-lettered. */
    readonly hints: HintQueue;
    readonly shards: ShardQueue;
  };
  readonly deadLetters: { readonly events: DeadLetterQueue; readonly reconcile: DeadLetterQueue };
  readonly close: () => Promise<void>;
}

/** Connects when a queue is first used. */
export function openQueues(settings: Pick<Settings, 'serviceBus' | 'eventsQueue' | 'reconcile'>): OpenQueues {
  const client = connectServiceBus(settings.serviceBus);
  const events = client.createSender(settings.eventsQueue);
  const reconcile = client.createSender(settings.reconcile.queue);
  return {
    events: {
      hints: createAzureHintQueue(events),
      browser: createAzureQueueBrowser(client, settings.eventsQueue),
    },
    reconcile: { hints: createAzureHintQueue(reconcile), shards: createAzureShardQueue(reconcile) },
    deadLetters: {
      events: createAzureDeadLetterQueue(client, events),
      reconcile: createAzureDeadLetterQueue(client, reconcile),
    },
    close: async () => {
      await client.close();
    },
  };
}
