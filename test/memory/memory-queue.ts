import { type HintMessage, toProperties } from '../../src/model/hint-message.ts';
import { shardMessageId } from '../../src/model/shard-message.ts';
import type { BrowsedMessage, QueueBrowser } from '../../src/ports/dead-letter-queue.ts';
import type { HintQueue, ShardQueue } from '../../src/ports/work-queues.ts';
import type { Schedule } from './schedule.ts';

/** A message in the queue. */
export interface MemoryMessage {
  /** As with Service Bus, another one after it was scheduled and joined the queue. */
  sequenceNumber: number;
  readonly sentAt: Date;
  readonly messageId: string;
  readonly body: unknown;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  /** Delay in milliseconds; 0: it can be received at once. */
  readonly delayMs: number;
  /** It was sent to expire into the dead-letter queue; it may be received before that. */
  readonly expires: boolean;
  /** How often it was received. */
  deliveryCount: number;
}

/** A received message. The lock has no effect after it is lost. */
export interface Lock {
  readonly message: MemoryMessage;
}

/** Service Bus dead-letters a message after this many deliveries: the default of its queues. */
const MAX_DELIVERIES = 10;

/**
 * A queue in memory with the promises of Service Bus and no others: at least once, in no order, locks that
 * can be lost, duplicate detection by message id, a dead-letter queue. The test decides when a message is
 * received, a delay is over or a lock expires.
 */
export class MemoryQueue {
  readonly ready = new Set<MemoryMessage>();
  readonly scheduled = new Set<MemoryMessage>();
  readonly locks = new Set<Lock>();
  readonly dead: MemoryMessage[] = [];
  /** The ids of all messages that were ever sent, for duplicate detection. */
  readonly seen = new Set<string>();
  #sequenceNumber = 0;

  /** False when duplicate detection dropped it. */
  send(
    message: Pick<MemoryMessage, 'messageId' | 'body'> & Partial<MemoryMessage>,
  ): MemoryMessage | undefined {
    if (this.seen.has(message.messageId)) return undefined;
    this.seen.add(message.messageId);
    const sent: MemoryMessage = {
      applicationProperties: {},
      delayMs: 0,
      expires: false,
      sentAt: new Date(),
      ...message,
      sequenceNumber: ++this.#sequenceNumber,
      deliveryCount: 0,
    };
    (sent.delayMs > 0 ? this.scheduled : this.ready).add(sent);
    return sent;
  }

  /** The delay of a scheduled message is over. */
  enqueue(message: MemoryMessage): void {
    if (!this.scheduled.delete(message)) return;
    message.sequenceNumber = ++this.#sequenceNumber;
    this.ready.add(message);
  }

  receive(message: MemoryMessage): Lock {
    if (!this.ready.delete(message)) throw new Error(`${message.messageId} is not there to be received`);
    message.deliveryCount++;
    const lock = { message };
    this.locks.add(lock);
    return lock;
  }

  /** False when the lock was lost: the message is, or will be, with another receiver. */
  complete(lock: Lock): boolean {
    return this.locks.delete(lock);
  }

  /** Abandons the message, or its lock expires: the queue cannot tell which. */
  release(lock: Lock): void {
    if (!this.locks.delete(lock)) return;
    if (lock.message.deliveryCount >= MAX_DELIVERIES) this.dead.push(lock.message);
    else this.ready.add(lock.message);
  }

  /** The time to live of a waiting message is over. */
  expire(message: MemoryMessage): void {
    if (this.ready.delete(message)) this.dead.push(message);
  }

  /** The port, for a client whose calls have this schedule. */
  through(schedule: Schedule): HintQueue {
    return {
      sendLater: async (message, delayMs) => {
        await schedule('queue.sendLater', undefined, () => this.send({ ...toMessage(message), delayMs }));
      },
      deadLetter: async (message) => {
        await schedule('queue.deadLetter', undefined, () =>
          this.send({ ...toMessage(message), expires: true }),
        );
      },
    };
  }
}

function toMessage({ messageId, event, history }: HintMessage) {
  return { messageId, body: event, applicationProperties: toProperties(history) };
}

/** The port of shards on a queue in memory, for a client whose calls have this schedule. */
export function createMemoryShardQueue(queue: MemoryQueue, schedule: Schedule): ShardQueue {
  return {
    send: async (message, delayMs = 0) => {
      await schedule('queue.send', undefined, () =>
        // As text, as it would be sent.
        queue.send({
          messageId: shardMessageId(message),
          body: JSON.parse(JSON.stringify(message)),
          delayMs,
        }),
      );
    },
  };
}

const PAGE_SIZE = 100;

/** Browses a queue in memory, or its dead letters, for a client whose calls have this schedule. */
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
