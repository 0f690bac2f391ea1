import { randomUUID } from 'node:crypto';
import { type QueueRecord, QueueState, type SubQueueName } from './queue-state.ts';
import {
  type Disposition,
  type NewMessage,
  type Properties,
  type QueuedMessage,
  type SettleResult,
  deadLetterProperties,
} from './queued-message.ts';
import type { Entry, MessageLock, SubQueue } from './sub-queue.ts';
import { type Step, transitions } from './transitions.ts';

/** A queue as it would be declared in Azure. Times in milliseconds. */
export interface QueueDefinition {
  readonly name: string;
  /** How long a peek-locked message is its receiver's. */
  readonly lockDurationMs: number;
  /** Deliveries after which a message that was not settled goes to the dead-letter queue. */
  readonly maxDeliveryCount: number;
  /** For messages without a time to live, and the ceiling for those that have one. `Infinity`: none. */
  readonly defaultTimeToLiveMs: number;
  /** Whether an expired message goes to the dead-letter queue, or is dropped. */
  readonly deadLetterOnExpiration: boolean;
  /** How long a MessageId is remembered, so that a second message with it is dropped; 0 turns it off. */
  readonly duplicateDetectionWindowMs: number;
}

/** What a queue needs from outside, and what it tells. */
export interface QueueSurroundings {
  /** The time in ms since the epoch. */
  now(): number;
  /** Makes a change durable. Called after the change, in the same tick. */
  record(record: QueueRecord): void;
  /** A message of that subqueue can be delivered. */
  active(subQueue: SubQueueName): void;
  /** `advance` should be called at this time (ms since the epoch). */
  due(at: number): void;
}

export interface Delivery {
  readonly message: QueuedMessage;
  /** Undefined under receive-and-delete. */
  readonly lock: MessageLock | undefined;
}

/**
 * A queue and its dead-letter queue: what Service Bus does with messages, free of AMQP, of disks and of timers.
 *
 * Every durable change is a record: applied to the state, then handed out to be kept. Locks are not durable: after a
 * restart a locked message is where it rested. The delivery count rises when a delivery ends without a settlement
 * (abandoned, or the lock ran out), as Azure documents it; a message that was released was not tried.
 */
export class Queue {
  readonly definition: QueueDefinition;
  readonly #state: QueueState;
  readonly #surroundings: QueueSurroundings;

  constructor(definition: QueueDefinition, surroundings: QueueSurroundings) {
    this.definition = definition;
    this.#surroundings = surroundings;
    this.#state = new QueueState(
      definition.duplicateDetectionWindowMs,
      () => surroundings.now(),
      (name) => ({ active: () => surroundings.active(name), due: (at) => surroundings.due(at) }),
    );
  }

  /**
   * Takes a message in, at once or scheduled. Returns its sequence number; a duplicate gets one too and is dropped,
   * so that its sender cannot tell. A scheduled message gets another number when it joins the queue.
   */
  send(message: NewMessage): number {
    const now = this.#advanceToNow();
    const sequenceNumber = this.#state.takeSequenceNumber();
    if (this.#state.history.has(message.messageId, now)) return sequenceNumber;
    const scheduled = message.scheduledFor !== undefined && message.scheduledFor > now;
    this.#commit({
      type: 'put',
      message: {
        sequenceNumber,
        messageId: message.messageId,
        content: message.content,
        rest: scheduled ? 'scheduled' : 'active',
        deadLettered: false,
        sentAt: now,
        enqueuedAt: scheduled ? (message.scheduledFor ?? now) : now,
        timeToLiveMs: Math.min(message.timeToLiveMs ?? Infinity, this.definition.defaultTimeToLiveMs),
        deliveryCount: 0,
        properties: {},
      },
    });
    return sequenceNumber;
  }

  /** Calls a scheduled message back. False when there is no such message, or it has joined the queue already. */
  cancel(sequenceNumber: number): boolean {
    this.#advanceToNow();
    const entry = this.#state.subQueues.main.get(sequenceNumber);
    if (entry === undefined || transitions[entry.state].cancel === 'refused') return false;
    this.#commit({ type: 'removed', sequenceNumber });
    return true;
  }

  /** The next message in line, locked or (receive-and-delete) taken out; undefined when there is none. */
  receive(subQueue: SubQueueName, mode: 'lock' | 'take'): Delivery | undefined {
    const now = this.#advanceToNow();
    const entry = this.#state.subQueues[subQueue].nextActive();
    return entry && this.#deliver(subQueue, entry, mode, now);
  }

  isDeferred(subQueue: SubQueueName, sequenceNumber: number): boolean {
    this.#advanceToNow();
    return this.#state.subQueues[subQueue].get(sequenceNumber)?.state === 'deferred';
  }

  /** A deferred message, locked or taken out; undefined when it is not there, not deferred, or locked. */
  receiveDeferred(
    subQueue: SubQueueName,
    sequenceNumber: number,
    mode: 'lock' | 'take',
  ): Delivery | undefined {
    const now = this.#advanceToNow();
    const entry = this.#state.subQueues[subQueue].get(sequenceNumber);
    return entry?.state === 'deferred' ? this.#deliver(subQueue, entry, mode, now) : undefined;
  }

  /** Extends a lock to the full lock duration from now. The new end, or undefined when the lock is lost. */
  renewLock(subQueue: SubQueueName, token: string): number | undefined {
    const now = this.#advanceToNow();
    const entry = this.#state.subQueues[subQueue].byLock(token);
    if (entry === undefined || (entry.state !== 'locked' && entry.state !== 'deferred-locked'))
      return undefined;
    const until = now + this.definition.lockDurationMs;
    this.#state.subQueues[subQueue].lock(entry, entry.state, { token, until });
    return until;
  }

  settle(subQueue: SubQueueName, token: string, disposition: Disposition): SettleResult {
    this.#advanceToNow();
    const entry = this.#state.subQueues[subQueue].byLock(token);
    if (entry === undefined) return 'lock-lost';
    if (disposition.kind === 'dead-letter' && subQueue === 'deadLetter') return 'refused';
    this.#step(entry, disposition.kind, 'properties' in disposition ? disposition.properties : {});
    return 'settled';
  }

  /** Up to `count` messages from that sequence number on, in order, whatever their state. */
  peek(subQueue: SubQueueName, sequenceNumber: number, count: number): Entry[] {
    this.#advanceToNow();
    const found: Entry[] = [];
    for (const entry of this.#state.subQueues[subQueue].from(sequenceNumber)) {
      if (found.length >= count) break;
      found.push(entry);
    }
    return found;
  }

  /** The subqueue's messages by state, and the bytes of their content. */
  counts(subQueue: SubQueueName): SubQueue['counts'] & { readonly bytes: number } {
    this.#advanceToNow();
    return { ...this.#state.subQueues[subQueue].counts, bytes: this.#state.subQueues[subQueue].bytes };
  }

  /** Lets everything happen that is due: scheduled messages join, messages expire, locks run out. */
  advance(): void {
    this.#advanceToNow();
  }

  /** When `advance` has something to do next, in ms since the epoch. */
  nextDueAt(): number | undefined {
    const times = Object.values(this.#state.subQueues).map((subQueue) => subQueue.nextDueAt() ?? Infinity);
    const earliest = Math.min(...times);
    return earliest === Infinity ? undefined : earliest;
  }

  /** Applies a record that an earlier life of this queue handed out. */
  replay(record: QueueRecord): void {
    this.#state.apply(record);
  }

  /** Records that make up the queue as it is now, without its locks. */
  snapshot(): QueueRecord[] {
    return this.#state.snapshot();
  }

  #deliver(subQueue: SubQueueName, { message, state }: Entry, mode: 'lock' | 'take', now: number): Delivery {
    if (mode === 'take') {
      this.#commit({ type: 'removed', sequenceNumber: message.sequenceNumber });
      return { message, lock: undefined };
    }
    const lock = { token: randomUUID(), until: now + this.definition.lockDurationMs };
    const locked = state === 'deferred' ? 'deferred-locked' : 'locked';
    this.#state.subQueues[subQueue].lock({ message, state, lock: undefined }, locked, lock);
    return { message, lock };
  }

  #advanceToNow(): number {
    const now = this.#surroundings.now();
    for (const subQueue of Object.values(this.#state.subQueues)) {
      while ((subQueue.nextDueAt() ?? Infinity) <= now) {
        const entry = subQueue.nextDue();
        if (entry === undefined) break;
        this.#step(entry, entry.lock ? 'lose-lock' : entry.state === 'scheduled' ? 'activate' : 'expire', {});
      }
    }
    return now;
  }

  #step(entry: Entry, step: Step, added: Properties): void {
    const { message } = entry;
    const { sequenceNumber } = message;
    const properties = { ...message.properties, ...added };
    switch (transitions[entry.state][step]) {
      case 'removed':
        return this.#commit({ type: 'removed', sequenceNumber });
      case 'active':
        return this.#commit({
          type: 'activated',
          sequenceNumber,
          as: this.#state.takeSequenceNumber(),
          at: this.#surroundings.now(),
        });
      case 'deferred':
        return this.#commit({
          type: 'deferred',
          sequenceNumber,
          deliveryCount: message.deliveryCount,
          properties,
        });
      case 'rest':
        return this.#commit({
          type: 'returned',
          sequenceNumber,
          deliveryCount: message.deliveryCount,
          properties,
        });
      case 'retry':
        return this.#retry(message, properties);
      case 'dead-letter':
        return this.#deadLetter(message, message.deliveryCount, properties);
      case 'expired':
        if (!this.definition.deadLetterOnExpiration) return this.#commit({ type: 'removed', sequenceNumber });
        return this.#deadLetter(message, message.deliveryCount, {
          ...properties,
          ...deadLetterProperties('TTLExpiredException', 'The message expired and was dead lettered.'),
        });
      case 'scheduled':
      case 'locked':
      case 'deferred-locked':
      case 'refused':
        throw new Error(`a message that is ${entry.state} cannot ${step}`);
    }
  }

  #retry(message: QueuedMessage, properties: Properties): void {
    const { sequenceNumber } = message;
    const deliveryCount = message.deliveryCount + 1;
    const { maxDeliveryCount } = this.definition;
    if (message.deadLettered || deliveryCount < maxDeliveryCount) {
      this.#commit({ type: 'returned', sequenceNumber, deliveryCount, properties });
      return;
    }
    this.#deadLetter(message, deliveryCount, {
      ...properties,
      ...deadLetterProperties(
        'MaxDeliveryCountExceeded',
        `Message could not be consumed after ${maxDeliveryCount} delivery attempts.`,
      ),
    });
  }

  #deadLetter({ sequenceNumber }: QueuedMessage, deliveryCount: number, properties: Properties): void {
    this.#commit({ type: 'dead-lettered', sequenceNumber, deliveryCount, properties });
  }

  #commit(record: QueueRecord): void {
    this.#state.apply(record);
    this.#surroundings.record(record);
  }
}
