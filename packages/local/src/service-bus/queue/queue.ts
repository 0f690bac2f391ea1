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

/** A queue's settings, as declared in Azure. Times in milliseconds. */
export interface QueueDefinition {
  readonly name: string;
  /** Duration of a peek-lock. */
  readonly lockDurationMs: number;
  /** Deliveries after which an unsettled message is moved to the dead-letter queue. */
  readonly maxDeliveryCount: number;
  /** Default and maximum time to live of a message. `Infinity`: none. */
  readonly defaultTimeToLiveMs: number;
  /** Whether an expired message is moved to the dead-letter queue, or is dropped. */
  readonly deadLetterOnExpiration: boolean;
  /** Time for which a MessageId is remembered to drop duplicates; 0 turns it off. */
  readonly duplicateDetectionWindowMs: number;
}

/** A queue's clock, and its callbacks. */
export interface QueueSurroundings {
  /** The time in ms since the epoch. */
  now(): number;
  /** Makes a change durable. Called after the change, in the same tick. */
  record(record: QueueRecord): void;
  /** A message of that subqueue is available. */
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
 * A queue and its dead-letter queue: the rules of Service Bus for messages, without AMQP, disks or timers.
 *
 * Every durable change is a record: applied to the state, then passed on to be stored. Locks are not durable:
 * after a restart a locked message is back in its previous state. The delivery count rises when a delivery
 * ends without a settlement (abandoned, or the lock expired), as Azure documents it; a release does not
 * count.
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
   * Adds a message, at once or scheduled. Returns its sequence number. A duplicate gets one too and is
   * dropped, invisibly to its sender. A scheduled message gets another number when it joins the queue.
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

  /** Cancels a scheduled message. False when there is no such message, or it has joined the queue already. */
  cancel(sequenceNumber: number): boolean {
    this.#advanceToNow();
    const entry = this.#state.subQueues.main.get(sequenceNumber);
    if (entry === undefined || transitions[entry.state].cancel === 'refused') return false;
    this.#commit({ type: 'removed', sequenceNumber });
    return true;
  }

  /** The next message, locked or (receive-and-delete) removed; undefined when there is none. */
  receive(subQueue: SubQueueName, mode: 'lock' | 'take'): Delivery | undefined {
    const now = this.#advanceToNow();
    const entry = this.#state.subQueues[subQueue].nextActive();
    return entry && this.#deliver(subQueue, entry, mode, now);
  }

  isDeferred(subQueue: SubQueueName, sequenceNumber: number): boolean {
    this.#advanceToNow();
    return this.#state.subQueues[subQueue].get(sequenceNumber)?.state === 'deferred';
  }

  /**
   * A deferred message, locked or removed; undefined when it does not exist, is not deferred, or is locked.
   */
  receiveDeferred(
    subQueue: SubQueueName,
    sequenceNumber: number,
    mode: 'lock' | 'take',
  ): Delivery | undefined {
    const now = this.#advanceToNow();
    const entry = this.#state.subQueues[subQueue].get(sequenceNumber);
    return entry?.state === 'deferred' ? this.#deliver(subQueue, entry, mode, now) : undefined;
  }

  /**
   * Extends a lock to the full lock duration from now. Returns its new end, or undefined when the lock is
   * lost.
   */
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

  /** Up to `count` messages from that sequence number on, in order, in any state. */
  peek(subQueue: SubQueueName, sequenceNumber: number, count: number): Entry[] {
    this.#advanceToNow();
    const found: Entry[] = [];
    for (const entry of this.#state.subQueues[subQueue].from(sequenceNumber)) {
      if (found.length >= count) break;
      found.push(entry);
    }
    return found;
  }

  /** Counts of the subqueue's messages by state, and the bytes of their content. */
  counts(subQueue: SubQueueName): SubQueue['counts'] & { readonly bytes: number } {
    this.#advanceToNow();
    return { ...this.#state.subQueues[subQueue].counts, bytes: this.#state.subQueues[subQueue].bytes };
  }

  /** Executes everything that is due: scheduled messages join, messages expire, locks expire. */
  advance(): void {
    this.#advanceToNow();
  }

  /** The next time at which `advance` has work, in ms since the epoch. */
  nextDueAt(): number | undefined {
    const times = Object.values(this.#state.subQueues).map((subQueue) => subQueue.nextDueAt() ?? Infinity);
    const earliest = Math.min(...times);
    return earliest === Infinity ? undefined : earliest;
  }

  /** Applies a record of this queue from before a restart. */
  replay(record: QueueRecord): void {
    this.#state.apply(record);
  }

  /** Records that make up the current queue, without its locks. */
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
