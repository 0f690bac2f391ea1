import { type BlobmirrorError, isOutage } from '../model/errors.ts';

/**
 * The first delay is at most two seconds, and the bound doubles with every try. Where the account itself
 * fails, the bound stops at a minute: the gate keeps nearly all messages waiting in the queue, so the few
 * that are requeued cost little and come soon after the end of the outage. Elsewhere any number of messages
 * may be coming back, and the bound grows to five minutes: a hundred thousand of them are then 670 tries a
 * second.
 */
const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 300_000;
const LONGEST_DELAY_OF_OUTAGE_MS = 60_000;

/**
 * Delay before the next try, in milliseconds: exponential with full jitter. A Retry-After of the service is
 * added to it, so that callers who received the same one do not come back together.
 *
 * @param attempts how many tries failed before this one
 */
export function backoffMs(
  { code, retryAfterMs = 0 }: Pick<BlobmirrorError, 'code' | 'retryAfterMs'>,
  attempts: number,
  random: () => number = Math.random,
): number {
  const longest = isOutage(code) ? LONGEST_DELAY_OF_OUTAGE_MS : LONGEST_DELAY_MS;
  const bound = Math.min(longest, FIRST_DELAY_MS * 2 ** Math.min(attempts, 30));
  return Math.round(retryAfterMs + random() * bound);
}
