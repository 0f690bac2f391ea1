/**
 * Waits with a deadline: work that is not settled in time continues in the background, and nothing waits for
 * it.
 */
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';

/** The outcome of `promise`, or a rejection with `toError()` after `ms`. Infinity sets no limit. */
export async function within<Result>(
  ms: number,
  promise: Promise<Result>,
  toError: () => Error,
  clock: SteadyClock = systemSteadyClock,
): Promise<Result> {
  if (ms === Infinity) return await promise;
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(ms, () => late.reject(toError()));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}

/** Resolves when `promise` resolves, or after `ms`. Rejects if `promise` rejects before that. */
export async function waitAtMost(
  ms: number,
  promise: Promise<unknown>,
  clock: SteadyClock = systemSteadyClock,
): Promise<void> {
  const late = Promise.withResolvers<void>();
  const cancel = clock.after(ms, late.resolve);
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}

/** Resolves when `promise` settles or `signal` aborts, whichever comes first. Never rejects. */
export async function settledOrAborted(
  promise: Promise<unknown> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (promise === undefined || signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([promise.then(onAbort, onAbort), aborted]);
  signal.removeEventListener('abort', onAbort);
}

/** Runs an action with a deadline `ms` from now, and does not wait beyond it. Never rejects. */
export async function withDeadline(
  ms: number,
  action: (deadline: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), ms);
  await settledOrAborted(action(deadline.signal), deadline.signal);
  clearTimeout(timer);
}

/** The time limits of one call. */
export interface TimeBudget {
  /** Whether to begin nothing new. */
  isSpent(): boolean;
  /** Whether to stop early, where that leaves a checkpoint and costs little. */
  isPaused(): boolean;
  /** Cuts off requests that still run at the hard limit. */
  readonly signal: AbortSignal;
}

/** In milliseconds: the budget, and how long after it the hard limit comes. */
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
