import type { BlobmirrorError } from '../model/errors.js';
import type { History } from '../model/hint-message.js';

const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 300_000;

/** A defect of ours is not mended by waiting: a message that meets one is parked after this many tries. */
const MOST_TRIES_OF_A_DEFECT = 5;
/** An outage is not a failure (invariant 10): what may pass by itself is given a day, as Event Grid does. */
const LONGEST_OUTAGE_MS = 24 * 3_600_000;

/**
 * A put that was cut off may still be at work in the service. Ten minutes is more than any request without its own
 * timeout lives: learn.microsoft.com/rest/api/storageservices/setting-timeouts-for-blob-service-operations
 */
export const LONGEST_REQUEST_MS = 600_000;

/** How long to wait before the next try, in milliseconds: exponential with full jitter, never less than the service asked for. */
export function backoffMs(attempts: number, retryAfterMs = 0, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempts, 30));
  return Math.max(retryAfterMs, Math.round(random() * ceiling));
}

/** Whether another try makes sense for an error that may pass by itself. */
export function isWorthAnotherTry(error: BlobmirrorError, history: History, now: Date): boolean {
  if (error.code === 'unexpected') return history.attempts + 1 < MOST_TRIES_OF_A_DEFECT;
  return now.getTime() - history.firstSeen.getTime() < LONGEST_OUTAGE_MS;
}
