import type { Logger } from '../../telemetry/logger.ts';
import { type Parcel, attemptDelivery } from './attempt-delivery.ts';
import type { Clock } from './clock.ts';
import { DueHeap } from './due-heap.ts';
import type { Subscription } from './subscription.ts';

/** Deliveries to one subscriber at a time. */
const CONCURRENCY = 32;
/** How long a stop waits for answers that are under way. */
const STOP_GRACE_MS = 1000;

export interface DeliveryLineOptions {
  readonly subscription: Subscription;
  readonly clock: Clock;
  readonly log: Logger | undefined;
  /** Called whenever the line has nothing left to do. */
  readonly onEmpty: () => void;
}

/** Everything on its way to one subscriber: a heap of parcels by the time they are due, and one timer for them all. */
export class DeliveryLine {
  readonly #options: DeliveryLineOptions;
  readonly #due = new DueHeap<Parcel>();
  readonly #underWay = new Set<Parcel>();
  readonly #abort = new AbortController();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #stopped = false;
  #quiet: PromiseWithResolvers<void> | undefined;

  constructor(options: DeliveryLineOptions) {
    this.#options = options;
  }

  /** Parcels that are neither delivered nor given up. */
  get pending(): number {
    return this.#due.size + this.#underWay.size;
  }

  put(parcel: Parcel, delayMs: number): void {
    if (this.#stopped) return;
    this.#due.push(this.#options.clock.now() + delayMs, parcel);
    this.#go();
  }

  /** Forgets what waits, and gives what is under way a moment to end. */
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

  async #work(parcel: Parcel): Promise<void> {
    this.#underWay.add(parcel);
    const againInMs = await attemptDelivery({ ...this.#options, signal: this.#abort.signal }, parcel);
    this.#underWay.delete(parcel);
    if (againInMs !== undefined) this.put(parcel, againInMs);
    else this.#go();
    if (this.#underWay.size === 0) this.#quiet?.resolve();
    if (this.pending === 0) this.#options.onEmpty();
  }
}
