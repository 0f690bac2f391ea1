/** Node's timers take a delay of at most a signed 32-bit number of milliseconds. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** One timer for many deadlines: it knows only the earliest, and asks again after each ring. */
export class Alarm {
  readonly #ring: () => number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #setFor = Infinity;
  #stopped = false;

  /** `ring` does what is due and returns the next deadline in ms since the epoch, if there is one. */
  constructor(ring: () => number | undefined) {
    this.#ring = ring;
  }

  /** Makes sure that the alarm rings at `at` (ms since the epoch) or before. */
  wakeBy(at: number): void {
    if (this.#stopped || at >= this.#setFor) return;
    clearTimeout(this.#timer);
    this.#setFor = at;
    const delay = Math.min(Math.max(at - Date.now(), 0), LONGEST_DELAY_MS);
    this.#timer = setTimeout(() => this.#go(), delay);
    // A waiting lock is no reason to keep a process alive.
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #go(): void {
    this.#setFor = Infinity;
    const next = this.#ring();
    if (next !== undefined) this.wakeBy(next);
  }
}
