import { IndexedHeap } from './indexed-heap.ts';
import type { QueuedMessage } from './queued-message.ts';
import { SequenceIndex } from './sequence-index.ts';
import type { MessageState } from './transitions.ts';

export interface MessageLock {
  /** A UUID in its usual text form. */
  readonly token: string;
  /** ms since the epoch. */
  readonly until: number;
}

/** A message with what does not survive a restart: the lock on it, and so the state it is in. */
export interface Entry {
  readonly message: QueuedMessage;
  readonly state: MessageState;
  readonly lock: MessageLock | undefined;
}

/** What a subqueue tells of itself while it changes. */
export interface SubQueueEvents {
  /** A message can be delivered. */
  active(): void;
  /** Something in it is due at this time (ms since the epoch). */
  due(at: number): void;
}

/**
 * The messages of a queue, or of its dead-letter queue, with the indexes that keep every operation below O(log n):
 * by sequence number, by lock, next to deliver, next to fall due. It keeps them in step and decides nothing.
 */
export class SubQueue {
  readonly #entries = new Map<number, Entry>();
  readonly #order = new SequenceIndex(this.#entries);
  readonly #active = new IndexedHeap();
  readonly #due = new IndexedHeap();
  readonly #locked = new Map<string, number>();
  readonly #counts: Record<MessageState, number> = {
    scheduled: 0,
    active: 0,
    locked: 0,
    deferred: 0,
    'deferred-locked': 0,
  };
  #bytes = 0;
  readonly #events: SubQueueEvents;

  constructor(events: SubQueueEvents) {
    this.#events = events;
  }

  get counts(): Readonly<Record<MessageState, number>> {
    return this.#counts;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(sequenceNumber: number): Entry | undefined {
    return this.#entries.get(sequenceNumber);
  }

  byLock(token: string): Entry | undefined {
    const sequenceNumber = this.#locked.get(token);
    return sequenceNumber === undefined ? undefined : this.#entries.get(sequenceNumber);
  }

  /** The active message with the lowest sequence number. */
  nextActive(): Entry | undefined {
    const sequenceNumber = this.#active.first();
    return sequenceNumber === undefined ? undefined : this.#entries.get(sequenceNumber);
  }

  nextDue(): Entry | undefined {
    const sequenceNumber = this.#due.first();
    return sequenceNumber === undefined ? undefined : this.#entries.get(sequenceNumber);
  }

  nextDueAt(): number | undefined {
    return this.#due.firstPriority();
  }

  *messages(): Generator<QueuedMessage> {
    for (const entry of this.#entries.values()) yield entry.message;
  }

  *from(sequenceNumber: number): Generator<Entry> {
    for (const candidate of this.#order.from(sequenceNumber)) {
      const entry = this.#entries.get(candidate);
      if (entry !== undefined) yield entry;
    }
  }

  /** Adds the message, or replaces the one with its sequence number, where it rests: without a lock. */
  put(message: QueuedMessage): void {
    this.#leave(message.sequenceNumber);
    this.#enter({ message, state: message.rest, lock: undefined });
    this.#order.add(message.sequenceNumber);
  }

  /** Locks a message, or extends the lock on it. */
  lock(entry: Entry, state: 'locked' | 'deferred-locked', lock: MessageLock): void {
    this.#leave(entry.message.sequenceNumber);
    this.#enter({ message: entry.message, state, lock });
  }

  remove(sequenceNumber: number): void {
    this.#leave(sequenceNumber);
    this.#order.tidy();
  }

  #enter(entry: Entry): void {
    const { message, state, lock } = entry;
    this.#entries.set(message.sequenceNumber, entry);
    this.#counts[state]++;
    this.#bytes += message.content.length;
    if (lock !== undefined) this.#locked.set(lock.token, message.sequenceNumber);
    const dueAt = dueTime(entry);
    if (dueAt !== Infinity) {
      this.#due.set(message.sequenceNumber, dueAt);
      this.#events.due(dueAt);
    }
    if (state === 'active') {
      this.#active.set(message.sequenceNumber, message.sequenceNumber);
      this.#events.active();
    }
  }

  #leave(sequenceNumber: number): void {
    const entry = this.#entries.get(sequenceNumber);
    if (entry === undefined) return;
    this.#entries.delete(sequenceNumber);
    this.#counts[entry.state]--;
    this.#bytes -= entry.message.content.length;
    if (entry.lock !== undefined) this.#locked.delete(entry.lock.token);
    this.#due.delete(sequenceNumber);
    this.#active.delete(sequenceNumber);
  }
}

/** When the next thing happens to a message by itself; `Infinity`: never. The dead-letter queue expires nothing. */
function dueTime({ message, state, lock }: Entry): number {
  if (lock !== undefined) return lock.until;
  if (state === 'scheduled') return message.enqueuedAt;
  return state === 'active' && !message.deadLettered ? message.enqueuedAt + message.timeToLiveMs : Infinity;
}
