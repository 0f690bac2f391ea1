import { type BlobmirrorError, isLasting } from '../model/errors.ts';
import type { History } from '../model/hint-message.ts';

/** A message is parked after few tries that met a defect; those that met an outage do not count. */
const MOST_DEFECTS = 5;
/** An outage is not a failure (invariant 10): what may pass by itself is given a day, as Event Grid does. */
const LONGEST_OUTAGE_MS = 24 * 3_600_000;
/** Age alone condemns nothing: a message may have waited in the queue for as long as its account was down. */
const LEAST_TRIES = 20;

/**
 * A put that was cut off may still be at work in the service. Ten minutes is more than any request without its own
 * timeout lives: learn.microsoft.com/rest/api/storageservices/setting-timeouts-for-blob-service-operations
 */
export const LONGEST_REQUEST_MS = 600_000;

/** Whether another try makes sense for an error that may pass by itself. */
export function isWorthAnotherTry(error: BlobmirrorError, history: History, now: Date): boolean {
  if (isLasting(error.code)) return (history.defects ?? 0) + 1 < MOST_DEFECTS;
  return (
    history.attempts + 1 < LEAST_TRIES || now.getTime() - history.firstSeen.getTime() < LONGEST_OUTAGE_MS
  );
}
