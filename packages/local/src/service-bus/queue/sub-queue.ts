import { IndexedHeap } from './indexed-heap.ts';
import type { QueuedMessage } from './queued-message.ts';
import type { MessageState } from './transitions.ts';

export interface MessageLock {
  /** A UUID in its usual text form. */
  readonly token: string;
  /** ms since the epoch. */
  readonly until: number;
}

/** A message with what does not survive a restart: its lock, and so its state. */
export interface Entry {
  readonly message: QueuedMessage;
  readonly state: MessageState;
  readonly lock: MessageLock | undefined;
}

/** Callbacks of a subqueue for its changes. */
export interface SubQueueEvents {
  /** A message is available. */
  active(): void;
  /** Something in it is due at this time (ms since the epoch). */
  due(at: number): void;
}

/**
 * The messages of a queue, or of its dead-letter queue, with the indexes that keep every operation below
 * O(log n): by sequence number, by lock, next to deliver, next to fall due. It keeps them consistent and
 * decides nothing.
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

  /** Adds the message, or replaces the one with its sequence number, in its unlocked state. */
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

/** When the message next changes by itself; `Infinity`: never. Nothing expires in the dead-letter queue. */
function dueTime({ message, state, lock }: Entry): number {
  if (lock !== undefined) return lock.until;
  if (state === 'scheduled') return message.enqueuedAt;
  return state === 'active' && !message.deadLettered ? message.enqueuedAt + message.timeToLiveMs : Infinity;
}

/**
 * Sequence numbers in order, for reading on from any of them (peek). Numbers almost always arrive in rising
 * order, so adding is an append; a removal leaves a gap, and gaps are closed when they are more than half.
 */
class SequenceIndex {
  #numbers: number[] = [];
  readonly #present: { has(sequenceNumber: number): boolean; readonly size: number };

  /** `present` knows which numbers exist; the index only adds the order. */
  constructor(present: { has(sequenceNumber: number): boolean; readonly size: number }) {
    this.#present = present;
  }

  add(sequenceNumber: number): void {
    const last = this.#numbers.at(-1);
    if (last === undefined || last < sequenceNumber) {
      this.#numbers.push(sequenceNumber);
      return;
    }
    const position = this.#firstFrom(sequenceNumber);
    if (this.#numbers[position] !== sequenceNumber) this.#numbers.splice(position, 0, sequenceNumber);
  }

  /** Call after a removal: limits the number of gaps. */
  tidy(): void {
    if (this.#numbers.length > 64 && this.#numbers.length > 2 * this.#present.size) {
      this.#numbers = this.#numbers.filter((sequenceNumber) => this.#present.has(sequenceNumber));
    }
  }

  *from(sequenceNumber: number): Generator<number> {
    const numbers = this.#numbers;
    for (let i = this.#firstFrom(sequenceNumber); i < numbers.length; i++) {
      const candidate = numbers[i];
      if (candidate !== undefined && this.#present.has(candidate)) yield candidate;
    }
  }

  #firstFrom(sequenceNumber: number): number {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#numbers[middle] ?? Infinity) < sequenceNumber) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
