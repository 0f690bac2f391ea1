import type { BlobmirrorError, ErrorCode } from '../model/errors.js';
import type { History } from '../model/hint-message.js';

/**
 * The first delay is up to two seconds and the bound doubles with every try. Where the account itself is in trouble it
 * stops at a minute: the gate before the account lets nearly all messages wait in the queue, so the few that are sent
 * back cost little and are there soon after the end. Elsewhere any number of messages may be coming back, and the bound
 * grows to five minutes: a hundred thousand of them are then 670 tries a second.
 */
const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 300_000;
const LONGEST_DELAY_OF_OVERLOAD_MS = 60_000;

const OVERLOAD: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'storage-throttled',
  'storage-unavailable',
  'write-outcome-unknown',
]);

/** Not mended by waiting: a defect of ours, or content that is not what it says. A message is parked after few tries. */
const LASTING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['unexpected', 'content-mismatch']);
const MOST_TRIES_OF_LASTING = 5;
/** An outage is not a failure (invariant 10): what may pass by itself is given a day, as Event Grid does. */
const LONGEST_OUTAGE_MS = 24 * 3_600_000;
/** Age alone condemns nothing: a message may have waited in the queue for as long as its account was down. */
const LEAST_TRIES = 20;

/**
 * A put that was cut off may still be at work in the service. Ten minutes is more than any request without its own
 * timeout lives: learn.microsoft.com/rest/api/storageservices/setting-timeouts-for-blob-service-operations
 */
export const LONGEST_REQUEST_MS = 600_000;

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
  const longest = OVERLOAD.has(code) ? LONGEST_DELAY_OF_OVERLOAD_MS : LONGEST_DELAY_MS;
  const bound = Math.min(longest, FIRST_DELAY_MS * 2 ** Math.min(attempts, 30));
  return Math.round(retryAfterMs + random() * bound);
}

/** Whether another try makes sense for an error that may pass by itself. */
export function isWorthAnotherTry(error: BlobmirrorError, history: History, now: Date): boolean {
  if (LASTING.has(error.code)) return history.attempts + 1 < MOST_TRIES_OF_LASTING;
  return (
    history.attempts + 1 < LEAST_TRIES || now.getTime() - history.firstSeen.getTime() < LONGEST_OUTAGE_MS
  );
}
