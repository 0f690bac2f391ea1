/** Time, so that tests need not wait for twelve hours. */
export interface EventGridClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs once, so many milliseconds from now. The answer cancels it, and does nothing afterwards. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: EventGridClock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
