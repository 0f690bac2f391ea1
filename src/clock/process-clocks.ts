import { ObservedClock } from './observed-clock.ts';
import type { ClockReading } from './service-clock.ts';

/** Times of arrival and of ours are cut off and slewed. */
const SLACK_MS = 60_000;

/** Two clocks that may be right. */
interface Clocks {
  /** Of this machine. */
  begin(): ClockReading;
  /** Of the accounts. */
  now(): Date;
}

/**
 * The time by the queue's own clock, which decides when a message comes that is to wait. It is never earlier than that
 * of the newest arrival that was seen, which tells whether our clock or that of the accounts is to be gone by where the
 * two differ: a proxy may write any Date into the answers of both accounts, and then a message would come at once, or
 * hours late.
 */
export class QueueClock {
  readonly #clocks: Clocks;
  /** The queue's time less the steady clock: no less than. */
  #low = -Infinity;

  constructor(clocks: Clocks) {
    this.#clocks = clocks;
  }

  /** A message was received that came into the queue then, by the queue's own clock. */
  observeArrival(enqueued: Date): void {
    const low = enqueued.getTime() - this.#clocks.begin().steady;
    if (low > this.#low) this.#low = low;
  }

  now(): Date {
    const { own, steady } = this.#clocks.begin();
    const earliest = this.#low + steady;
    const accounts = this.#clocks.now().getTime();
    const plausible = [own, accounts].filter((each) => each >= earliest - SLACK_MS);
    if (this.#low === -Infinity) return new Date(accounts);
    return new Date(plausible.length === 0 ? earliest : Math.min(...plausible));
  }
}

/** The one of this process: its machine has one clock, and every answer of an account tells of it. */
export const theServiceClock = new ObservedClock({
  own: () => Date.now(),
  steady: () => performance.now(),
});

/** The one of this process: both queues are of one namespace. */
export const theQueueClock = new QueueClock(theServiceClock);
