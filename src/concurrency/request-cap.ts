import { BlobmirrorError } from '../model/errors.ts';
import { TIME_BUDGETS } from './time-budget.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';

/** Resolves when the next request may go out. @throws BlobmirrorError `storage-throttled` when that is too far off */
export type RequestCap = () => Promise<void>;

/** What may go out at once after a pause, as a part of a second's worth. */
const BURST = 0.1;

/**
 * Lets through so many requests a second to one account, evenly and in the order they came (a token bucket). It is a
 * limit that the user sets; what the account itself can take is found by `AdaptiveGate`.
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
    // A token that is not there yet is owed, so that whoever comes next waits longer.
    tokens--;
    if (waitMs > 0) await new Promise<void>((resolve) => clock.after(waitMs, resolve));
  };
}
