/** A clock that tests can replace, so that they need not wait for twelve hours. */
export interface EventGridClock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Runs once, after this number of milliseconds. The returned function cancels it, and has no effect
   * afterwards.
   */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: EventGridClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
