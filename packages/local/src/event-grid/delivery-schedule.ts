import { type PendingDelivery, attemptDelivery } from './attempt-delivery.ts';
import type { EventGridClock } from './clock.ts';
import type { Subscription } from './subscription.ts';
import type { LocalLogger } from '../logger.ts';

/** Concurrent deliveries to one subscriber. */
const CONCURRENCY = 32;
/** Time that a stop waits for deliveries under way. */
const STOP_GRACE_MS = 1000;

export interface DeliveryScheduleOptions {
  readonly subscription: Subscription;
  readonly clock: EventGridClock;
  readonly log: LocalLogger | undefined;
  /** Called whenever the queue has become empty. */
  readonly onEmpty: () => void;
}

/** All deliveries to one subscriber: a heap of parcels by due time, and one timer for all of them. */
export class DeliverySchedule {
  readonly #options: DeliveryScheduleOptions;
  readonly #due = new DueHeap<PendingDelivery>();
  readonly #underWay = new Set<PendingDelivery>();
  readonly #abort = new AbortController();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #stopped = false;
  #quiet: PromiseWithResolvers<void> | undefined;

  constructor(options: DeliveryScheduleOptions) {
    this.#options = options;
  }

  /** Number of parcels neither delivered nor given up. */
  get pending(): number {
    return this.#due.size + this.#underWay.size;
  }

  put(parcel: PendingDelivery, delayMs: number): void {
    if (this.#stopped) return;
    this.#due.push(this.#options.clock.now() + delayMs, parcel);
    this.#go();
  }

  /** Drops waiting parcels and gives deliveries under way a moment to end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#due.clear();
    if (this.#underWay.size === 0) return;
    this.#quiet ??= Promise.withResolvers();
    const cancel = this.#options.clock.after(STOP_GRACE_MS, () => this.#abort.abort());
    await this.#quiet.promise;
    cancel();
  }

  #go(): void {
    while (!this.#stopped && this.#underWay.size < CONCURRENCY) {
      const at = this.#due.earliest;
      if (at === undefined) return;
      if (at > this.#options.clock.now()) return this.#wakeAt(at);
      const parcel = this.#due.pop();
      if (parcel !== undefined) void this.#work(parcel);
    }
  }

  #wakeAt(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const cancel = this.#options.clock.after(at - this.#options.clock.now(), () => {
      this.#timer = undefined;
      this.#go();
    });
    this.#timer = { at, cancel };
  }

  async #work(parcel: PendingDelivery): Promise<void> {
    this.#underWay.add(parcel);
    const againInMs = await attemptDelivery({ ...this.#options, signal: this.#abort.signal }, parcel);
    this.#underWay.delete(parcel);
    if (againInMs !== undefined) this.put(parcel, againInMs);
    else this.#go();
    if (this.#underWay.size === 0) this.#quiet?.resolve();
    if (this.pending === 0) this.#options.onEmpty();
  }
}

interface DueEntry<Item> {
  readonly at: number;
  /** Order of arrival, for entries that are due at the same time. */
  readonly order: number;
  readonly item: Item;
}

/** Entries by due time, earliest first. A binary heap: a million entries need no timers of their own. */
export class DueHeap<Item> {
  readonly #entries: DueEntry<Item>[] = [];
  #count = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** When the earliest entry is due. */
  get earliest(): number | undefined {
    return this.#entries[0]?.at;
  }

  push(at: number, item: Item): void {
    const entry = { at, order: this.#count++, item };
    let hole = this.#entries.length;
    while (hole > 0) {
      const up = (hole - 1) >> 1;
      const above = this.#entries[up];
      if (above === undefined || !isBefore(entry, above)) break;
      this.#entries[hole] = above;
      hole = up;
    }
    this.#entries[hole] = entry;
  }

  /** Removes the earliest item. */
  pop(): Item | undefined {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (top !== undefined && last !== undefined && top !== last) this.#sink(last);
    return top?.item;
  }

  clear(): void {
    this.#entries.length = 0;
  }

  /** Moves an entry down to its place. */
  #sink(entry: DueEntry<Item>): void {
    let hole = 0;
    for (;;) {
      const left = this.#entries[2 * hole + 1];
      const right = this.#entries[2 * hole + 2];
      const goRight = left !== undefined && right !== undefined && isBefore(right, left);
      const below = goRight ? right : left;
      if (below === undefined || !isBefore(below, entry)) break;
      this.#entries[hole] = below;
      hole = 2 * hole + (goRight ? 2 : 1);
    }
    this.#entries[hole] = entry;
  }
}

function isBefore(one: DueEntry<unknown>, other: DueEntry<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
