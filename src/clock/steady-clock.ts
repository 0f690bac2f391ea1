/** Time, so that a test of half an hour takes seconds. */
export interface SteadyClock {
  /** Milliseconds since some moment. Never goes back. */
  now(): number;
  /** Runs once, so many milliseconds from now. The answer cancels it, and does nothing afterwards. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemSteadyClock: SteadyClock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
