import { type BlobmirrorError, isOutage } from '../model/errors.ts';

/**
 * The first delay is up to two seconds and the bound doubles with every try. Where the account itself is in trouble it
 * stops at a minute: the gate before the account lets nearly all messages wait in the queue, so the few that are sent
 * back cost little and are there soon after the end. Elsewhere any number of messages may be coming back, and the bound
 * grows to five minutes: a hundred thousand of them are then 670 tries a second.
 */
const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 300_000;
const LONGEST_DELAY_OF_OUTAGE_MS = 60_000;

/**
 * How long to wait before the next try, in milliseconds: exponential with full jitter. What the service asked for is
 * added, so that those it asked together do not come back together.
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
