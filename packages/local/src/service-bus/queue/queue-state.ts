import type { Properties, QueuedMessage } from './queued-message.ts';
import { SubQueue, type SubQueueEvents } from './sub-queue.ts';

/** The two subqueues of a queue. A dead-lettered message moves from one to the other and keeps its number. */
export type SubQueueName = 'main' | 'deadLetter';

/**
 * The state of a queue. Apart from locks it changes only by records, in live operation and in a replay of its
 * log. It never checks whether a change is allowed.
 */
export class QueueState {
  readonly subQueues: Readonly<Record<SubQueueName, SubQueue>>;
  readonly history: DuplicateHistory;
  readonly #now: () => number;
  #nextSequenceNumber = 1;

  constructor(
    duplicateDetectionWindowMs: number,
    now: () => number,
    events: (name: SubQueueName) => SubQueueEvents,
  ) {
    this.history = new DuplicateHistory(duplicateDetectionWindowMs);
    this.subQueues = { main: new SubQueue(events('main')), deadLetter: new SubQueue(events('deadLetter')) };
    this.#now = now;
  }

  takeSequenceNumber(): number {
    return this.#nextSequenceNumber++;
  }

  apply(record: QueueRecord): void {
    switch (record.type) {
      case 'put':
        this.#put(record.message);
        break;
      case 'activated': {
        const { as, at } = record;
        this.#replace(record.sequenceNumber, { sequenceNumber: as, rest: 'active', enqueuedAt: at });
        break;
      }
      case 'returned': {
        const { deliveryCount, properties } = record;
        this.#replace(record.sequenceNumber, { deliveryCount, properties });
        break;
      }
      case 'deferred': {
        const { deliveryCount, properties } = record;
        this.#replace(record.sequenceNumber, { deliveryCount, properties, rest: 'deferred' });
        break;
      }
      case 'dead-lettered': {
        const { deliveryCount, properties } = record;
        this.#replace(record.sequenceNumber, {
          deliveryCount,
          properties,
          rest: 'active',
          deadLettered: true,
        });
        break;
      }
      case 'removed':
        this.#holderOf(record.sequenceNumber)?.remove(record.sequenceNumber);
        break;
      case 'seen':
        this.history.remember(record.messageId, record.at, this.#now());
        break;
      case 'next':
        this.#nextSequenceNumber = Math.max(this.#nextSequenceNumber, record.sequenceNumber);
    }
  }

  /** Records that make up the current state, without its locks. */
  snapshot(): QueueRecord[] {
    const records: QueueRecord[] = [{ type: 'next', sequenceNumber: this.#nextSequenceNumber }];
    for (const seen of this.history.entries(this.#now())) records.push({ type: 'seen', ...seen });
    for (const subQueue of Object.values(this.subQueues)) {
      for (const message of subQueue.messages()) records.push({ type: 'put', message });
    }
    return records;
  }

  #put(message: QueuedMessage): void {
    this.#nextSequenceNumber = Math.max(this.#nextSequenceNumber, message.sequenceNumber + 1);
    this.history.remember(message.messageId, message.sentAt, this.#now());
    this.subQueues[message.deadLettered ? 'deadLetter' : 'main'].put(message);
  }

  #replace(sequenceNumber: number, changed: Partial<QueuedMessage>): void {
    const holder = this.#holderOf(sequenceNumber);
    const entry = holder?.get(sequenceNumber);
    if (holder === undefined || entry === undefined) return;
    holder.remove(sequenceNumber);
    this.#put({ ...entry.message, ...changed });
  }

  #holderOf(sequenceNumber: number): SubQueue | undefined {
    return Object.values(this.subQueues).find((subQueue) => subQueue.get(sequenceNumber) !== undefined);
  }
}

/**
 * One durable change of a queue. A queue is the sum of its records: live changes and a replay of the log use
 * the same `apply`, so that a restart restores exactly the previous state.
 */
export type QueueRecord =
  | { readonly type: 'put'; readonly message: QueuedMessage }
  | { readonly type: 'activated'; readonly sequenceNumber: number; readonly as: number; readonly at: number }
  | {
      readonly type: 'returned' | 'deferred' | 'dead-lettered';
      readonly sequenceNumber: number;
      readonly deliveryCount: number;
      readonly properties: Properties;
    }
  | { readonly type: 'removed'; readonly sequenceNumber: number }
  /** Only in a snapshot: the MessageId of a message that may no longer exist. */
  | { readonly type: 'seen'; readonly messageId: string; readonly at: number }
  /** Only in a snapshot: the first sequence number that was never used. */
  | { readonly type: 'next'; readonly sequenceNumber: number };

const types: Readonly<Record<QueueRecord['type'], true>> = {
  put: true,
  activated: true,
  returned: true,
  deferred: true,
  'dead-lettered': true,
  removed: true,
  seen: true,
  next: true,
};

/** Whether a value from a log is a record of a kind that this version knows; its checksum covers the rest. */
export function isQueueRecord(value: unknown): value is QueueRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    Object.hasOwn(types, value.type)
  );
}

/** The MessageIds of the last `windowMs`, for dropping duplicates. */
export class DuplicateHistory {
  readonly #windowMs: number;
  /** In the order of sending, oldest first. */
  readonly #sentAt = new Map<string, number>();

  /** A window of 0 remembers nothing. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  has(messageId: string, now: number): boolean {
    const sentAt = this.#sentAt.get(messageId);
    return sentAt !== undefined && now - sentAt < this.#windowMs;
  }

  remember(messageId: string, at: number, now: number): void {
    this.#forget(now);
    if (now - at >= this.#windowMs || (this.#sentAt.get(messageId) ?? -Infinity) >= at) return;
    this.#sentAt.delete(messageId);
    this.#sentAt.set(messageId, at);
  }

  *entries(now: number): Generator<{ messageId: string; at: number }> {
    this.#forget(now);
    for (const [messageId, at] of this.#sentAt) yield { messageId, at };
  }

  #forget(now: number): void {
    for (const [messageId, at] of this.#sentAt) {
      if (now - at < this.#windowMs) return;
      this.#sentAt.delete(messageId);
    }
  }
}
