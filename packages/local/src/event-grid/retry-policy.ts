/** How long Event Grid tries. Defaults and schedule: learn.microsoft.com/azure/event-grid/delivery-and-retry. */
export interface RetryPolicy {
  /** 1 to 30; default 30. */
  readonly maxDeliveryAttempts: number;
  /** 1 to 1440; default 1440. It is looked at when an attempt is due, and never before the first. */
  readonly eventTimeToLiveMinutes: number;
  /** Milliseconds before the second, third … attempt; the last one repeats. Azure's own schedule when absent. */
  readonly delaysMs?: readonly number[];
  /** Milliseconds between the last attempt and the dead-letter container; Azure's five minutes when absent. */
  readonly deadLetterDelayMs?: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxDeliveryAttempts: 30, eventTimeToLiveMinutes: 1440 };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// Azure blurs these a little, and puts off all deliveries to an endpoint that keeps failing. Here they are exact, and
// each event is on its own: nobody could tell the difference by a schedule that is kept on a best effort only.
const SCHEDULE = [10 * SECOND, 30 * SECOND]
  .concat([1, 5, 10, 30].map((minutes) => minutes * MINUTE))
  .concat([1, 3, 6, 12].map((hours) => hours * HOUR));
const DEAD_LETTER_DELAY = 5 * MINUTE;

/** How long a dead-letter container may be out of reach before its events are dropped. */
export const DEAD_LETTER_RETRY_FOR_MS = 4 * HOUR;
/** How often it is tried meanwhile. */
export const DEAD_LETTER_RETRY_MS = DEAD_LETTER_DELAY;
/** How long a subscriber may take to answer. */
export const ANSWER_TIMEOUT_MS = 30 * SECOND;

/** @param attempts how many have failed, at least 1 */
export function delayAfter(policy: RetryPolicy, attempts: number): number {
  const delays = policy.delaysMs ?? SCHEDULE;
  return delays[Math.min(attempts, delays.length) - 1] ?? 0;
}

export function deadLetterDelay(policy: RetryPolicy): number {
  return policy.deadLetterDelayMs ?? DEAD_LETTER_DELAY;
}
