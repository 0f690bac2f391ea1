import { DuplicateHistory } from './duplicate-history.ts';
import type { QueueRecord } from './queue-record.ts';
import type { QueuedMessage } from './queued-message.ts';
import { SubQueue, type SubQueueEvents } from './sub-queue.ts';

/** The two shelves of a queue. A dead-lettered message moves from the one to the other and keeps its number. */
export type SubQueueName = 'main' | 'deadLetter';

/**
 * All that a queue holds. It changes by records only, apart from locks: what a live queue does and what a replay of
 * its log does go the same way. It never asks whether a change is allowed.
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

  /** Records that make up the state as it is now, without its locks. */
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
