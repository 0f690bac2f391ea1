import type { BrowsedMessage, QueueBrowser } from '../ports/queue-browser.ts';
import type { MemoryMessage, MemoryQueue } from './memory-queue.ts';
import type { Schedule } from './schedule.ts';

const PAGE_SIZE = 100;

/** Looks at a queue in memory, or at its dead letters, for a client whose calls have this schedule. */
export function createMemoryQueueBrowser(
  queue: MemoryQueue,
  schedule: Schedule,
  { deadLetter = false }: { readonly deadLetter?: boolean } = {},
): QueueBrowser {
  return {
    browse: async function* ({ from = '0' } = {}) {
      for (let next = Number(from); ;) {
        const page = await schedule('queue.browse', undefined, () =>
          (deadLetter ? deadMessages(queue) : messages(queue))
            .filter(({ sequenceNumber }) => Number(sequenceNumber) >= next)
            .toSorted((one, other) => Number(one.sequenceNumber) - Number(other.sequenceNumber))
            .slice(0, PAGE_SIZE),
        );
        const last = page.at(-1);
        if (last === undefined) return;
        next = Number(last.sequenceNumber) + 1;
        yield page;
      }
    },
  };
}

function messages(queue: MemoryQueue): BrowsedMessage[] {
  return [
    ...[...queue.ready].map((message) => toBrowsed(message)),
    ...[...queue.locks].map(({ message }) => ({
      ...toBrowsed(message),
      deliveryCount: message.deliveryCount - 1,
    })),
    ...[...queue.scheduled].map((message): BrowsedMessage => {
      const scheduledFor = new Date(message.sentAt.getTime() + message.delayMs);
      return { ...toBrowsed(message), state: 'scheduled', enqueuedAt: scheduledFor, scheduledFor };
    }),
  ];
}

function deadMessages({ dead }: MemoryQueue): BrowsedMessage[] {
  return dead.map((message) => ({
    ...toBrowsed(message),
    ...(message.expires
      ? {
          deadLetterReason: 'TTLExpiredException',
          deadLetterDescription: 'The message expired and was dead lettered.',
        }
      : {
          deadLetterReason: 'MaxDeliveryCountExceeded',
          deadLetterDescription: `Message could not be consumed after ${message.deliveryCount} delivery attempts.`,
        }),
  }));
}

function toBrowsed(message: MemoryMessage): BrowsedMessage {
  const { sequenceNumber, messageId, sentAt, deliveryCount, body, applicationProperties } = message;
  return {
    sequenceNumber: String(sequenceNumber),
    messageId,
    state: 'active',
    enqueuedAt: sentAt,
    deliveryCount,
    body,
    applicationProperties,
  };
}
