/** The time of one call. Every unit of work fits the shortest Functions timeout (invariant 13). */
export interface TimeBudget {
  /** Whether nothing new should be begun. */
  isSpent(): boolean;
  /** Whether it should stop before its time, where that leaves a checkpoint and costs little. */
  isPaused(): boolean;
  /** Cuts off what still runs at the hard limit. */
  readonly signal: AbortSignal;
}

/** Milliseconds: the budget, and how long after it the hard limit comes. */
export function startTimeBudget(
  { budgetMs, graceMs }: { budgetMs: number; graceMs: number },
  isPaused: () => boolean = () => false,
): TimeBudget {
  const end = performance.now() + budgetMs;
  return {
    isSpent: () => performance.now() >= end,
    isPaused,
    signal: AbortSignal.timeout(budgetMs + graceMs),
  };
}

/**
 * What may come before a look at a key begins, in milliseconds: the wait for another look at it, or looks that were in
 * vain. The look itself may be a long copy that takes its whole budget, four minutes, and both fit the shortest time
 * that a function may take, five minutes (invariant 13). What comes too late is left to a later message.
 */
export const LONGEST_PRELUDE_MS = 30_000;
