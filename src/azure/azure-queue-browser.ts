import type { ServiceBusClient } from '@azure/service-bus';
import type { QueueBrowser } from '../ports/queue-browser.ts';
import { toQueueError } from './queue-error.ts';
import { toSequenceNumber } from './sequence-number.ts';
import { toBrowsedMessage } from './to-browsed-message.ts';

/** As many at once: at the largest that a message of Service Bus may be, some megabytes. */
const PAGE_SIZE = 100;

/** Looks at the messages of a queue on Service Bus, or of its dead-letter queue. */
export function createAzureQueueBrowser(
  client: ServiceBusClient,
  queue: string,
  { deadLetter = false }: { readonly deadLetter?: boolean } = {},
): QueueBrowser {
  return {
    browse: async function* ({ from = '0' } = {}) {
      const receiver = client.createReceiver(queue, { ...(deadLetter && { subQueueType: 'deadLetter' }) });
      try {
        for (let next = BigInt(from); ;) {
          // Always from a number: the client shares one position among all who peek through it.
          const fromSequenceNumber = toSequenceNumber(String(next));
          const page = await receiver.peekMessages(PAGE_SIZE, { fromSequenceNumber });
          // A page that is short may be one that the service cut for its size; only an empty one is the end.
          if (page.length === 0) return;
          const messages = page.map(toBrowsedMessage);
          next = BigInt(messages.at(-1)?.sequenceNumber ?? next) + 1n;
          yield messages;
        }
      } catch (error) {
        throw toQueueError(error, receiver.entityPath, 'could not be looked at');
      } finally {
        await receiver.close();
      }
    },
  };
}
