/** The time of one call. Every unit of work fits the shortest Functions timeout (invariant 13). */
export interface TimeBudget {
  /** Whether nothing new should be begun. */
  isSpent(): boolean;
  /** Cuts off what still runs at the hard limit. */
  readonly signal: AbortSignal;
}

/** Milliseconds: the budget, and how long after it the hard limit comes. */
export function startTimeBudget({ budgetMs, graceMs }: { budgetMs: number; graceMs: number }): TimeBudget {
  const end = performance.now() + budgetMs;
  return { isSpent: () => performance.now() >= end, signal: AbortSignal.timeout(budgetMs + graceMs) };
}
