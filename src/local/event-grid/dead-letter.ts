import { randomUUID } from 'node:crypto';
import type { DeliveryOutcome } from './delivery-error.ts';
import { type EventSchema, toBody, toEventGridTime } from './event-schema.ts';
import type { StorageEvent } from './storage-event.ts';

/** For failures that get no second attempt, `UndeliverableDueToHttpBadRequest` was seen; the others follow from it. */
export type DeadLetterReason =
  'MaxDeliveryAttemptsExceeded' | 'TimeToLiveExceeded' | `UndeliverableDueToHttp${DeliveryOutcome}`;

/** What became of an event that could not be delivered. */
export interface Obituary {
  readonly reason: DeadLetterReason;
  readonly attempts: number;
  readonly lastOutcome: DeliveryOutcome;
  readonly published: Date;
  readonly lastAttempt: Date;
  /** Milliseconds since 1970. */
  readonly givenUp: number;
}

/**
 * The name of a dead-letter blob: the subscription's name in upper case, then year, month, day and hour in UTC
 * without leading zeros (learn.microsoft.com/azure/event-grid/manage-event-delivery).
 */
export function deadLetterPath(subscription: string, now: Date): string {
  const when = [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate(), now.getUTCHours()];
  return `${subscription.toUpperCase()}/${when.join('/')}/${randomUUID()}.json`;
}

/**
 * The content of a dead-letter blob: an array, since Azure may put several events into one. CloudEvents allows lower
 * case alone in the names of attributes.
 */
export function deadLetterBody(event: StorageEvent, schema: EventSchema, obituary: Obituary): string {
  const facts = {
    deadLetterReason: obituary.reason,
    deliveryAttempts: obituary.attempts,
    lastDeliveryOutcome: obituary.lastOutcome,
    publishTime: toEventGridTime(obituary.published),
    lastDeliveryAttemptTime: toEventGridTime(obituary.lastAttempt),
  };
  const named = Object.entries(facts).map(([name, fact]) => [
    schema === 'EventGridSchema' ? name : name.toLowerCase(),
    fact,
  ]);
  return JSON.stringify([{ ...toBody(event, schema), ...Object.fromEntries(named) }]);
}
