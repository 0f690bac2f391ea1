import { BlobmirrorError } from '../model/errors.ts';
import { TIME_BUDGETS } from './time-budget.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';

/**
 * Resolves when the next request may be sent. @throws BlobmirrorError `storage-throttled` when that is too
 * far off
 */
export type RequestCap = () => Promise<void>;

/** Largest burst after a pause, as a fraction of a second's requests. */
const BURST = 0.1;

/**
 * Limits the requests to one account to a number per second, evenly and in order of arrival (a token bucket).
 * The user sets this limit; `AdaptiveGate` finds what the account itself can take.
 */
export function capRequests(
  account: string,
  perSecond: number,
  clock: SteadyClock = systemSteadyClock,
): RequestCap {
  const perMs = perSecond / 1000;
  const most = Math.max(1, perSecond * BURST);
  let tokens = most;
  let countedAt = clock.now();

  return async () => {
    const now = clock.now();
    tokens = Math.min(most, tokens + (now - countedAt) * perMs);
    countedAt = now;
    const waitMs = (1 - tokens) / perMs;
    if (waitMs > TIME_BUDGETS.gate) {
      throw new BlobmirrorError(
        'storage-throttled',
        `more requests to ${account} than ${perSecond} a second, which is what the settings allow`,
        { retryAfterMs: waitMs, context: { account } },
      );
    }
    // Takes a token in advance, so that the next request waits longer.
    tokens--;
    if (waitMs > 0) await new Promise<void>((resolve) => clock.after(waitMs, resolve));
  };
}
