/**
 * Event Grid's retry policy. Defaults and schedule: learn.microsoft.com/azure/event-grid/delivery-and-retry.
 */
export interface RetryPolicy {
  /** 1 to 30; default 30. */
  readonly maxDeliveryAttempts: number;
  /** Minutes, 1 to 1440; default 1440. Checked when an attempt is due, never before the first. */
  readonly eventTimeToLiveMinutes: number;
  /** Milliseconds before the second, third … attempt; the last one repeats. Default: Azure's schedule. */
  readonly delaysMs?: readonly number[];
  /** Milliseconds between the last attempt and the dead-letter container. Default: Azure's five minutes. */
  readonly deadLetterDelayMs?: number;
}

export const DEFAULT_RETRY: RetryPolicy = { maxDeliveryAttempts: 30, eventTimeToLiveMinutes: 1440 };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// Azure randomises these slightly, and delays all deliveries to an endpoint that keeps failing. Here they are
// exact, and each event has its own schedule: Azure's is best effort, so no client can rely on the
// difference.
const SCHEDULE = [10 * SECOND, 30 * SECOND]
  .concat([1, 5, 10, 30].map((minutes) => minutes * MINUTE))
  .concat([1, 3, 6, 12].map((hours) => hours * HOUR));
const DEAD_LETTER_DELAY = 5 * MINUTE;

/** Time that a dead-letter container may be unreachable before its events are dropped. */
export const DEAD_LETTER_RETRY_FOR_MS = 4 * HOUR;
/** Interval between attempts meanwhile. */
export const DEAD_LETTER_RETRY_MS = DEAD_LETTER_DELAY;
/** Time that a subscriber has to answer. */
export const ANSWER_TIMEOUT_MS = 30 * SECOND;

/** @param attempts failed attempts so far, at least 1 */
export function delayAfter(policy: RetryPolicy, attempts: number): number {
  const delays = policy.delaysMs ?? SCHEDULE;
  return delays[Math.min(attempts, delays.length) - 1] ?? 0;
}

export function deadLetterDelay(policy: RetryPolicy): number {
  return policy.deadLetterDelayMs ?? DEAD_LETTER_DELAY;
}
