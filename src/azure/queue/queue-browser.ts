import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { toQueueError } from './queue-error.ts';
import type { BrowsedMessage, QueueBrowser } from '../../ports/dead-letter-queue.ts';
import { toSequenceNumber } from '../../sdk-internals/service-bus-objects.ts';

/** Some megabytes if all messages are as large as Service Bus allows. */
const PAGE_SIZE = 100;

/** Browses the messages of a queue on Service Bus, or of its dead-letter queue, without locking them. */
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
          // Always from a number: all calls of the client share one peek position.
          const fromSequenceNumber = toSequenceNumber(String(next));
          const page = await receiver.peekMessages(PAGE_SIZE, { fromSequenceNumber });
          // The service may cut a page short for its size; only an empty one is the end.
          if (page.length === 0) return;
          const messages = page.map(toBrowsedMessage);
          next = BigInt(messages.at(-1)?.sequenceNumber ?? next) + 1n;
          yield messages;
        }
      } catch (error) {
        throw toQueueError(error, receiver.entityPath, 'could not be browsed');
      } finally {
        await receiver.close();
      }
    },
  };
}

export function toBrowsedMessage(message: ServiceBusReceivedMessage): BrowsedMessage {
  const { messageId = '', enqueuedTimeUtc, scheduledEnqueueTimeUtc: scheduled } = message;
  const enqueuedAt = enqueuedTimeUtc ?? new Date(0);
  return {
    sequenceNumber: String(message.sequenceNumber ?? 0),
    messageId: textOf(messageId),
    state: message.state,
    enqueuedAt,
    ...(message.state === 'scheduled' && { scheduledFor: new Date(scheduled ?? enqueuedAt) }),
    deliveryCount: message.deliveryCount ?? 0,
    body: message.body as unknown,
    applicationProperties: message.applicationProperties ?? {},
    ...(message.deadLetterReason !== undefined && { deadLetterReason: textOf(message.deadLetterReason) }),
    ...(message.deadLetterErrorDescription !== undefined && {
      deadLetterDescription: textOf(message.deadLetterErrorDescription),
    }),
  };
}

/** In AMQP an id may be a number, a UUID or bytes, and a property may have any type. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Parses bytes that are JSON, and returns anything else unchanged, as the client does by default. */
export function parseBytes(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return body;
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return body;
  }
}
