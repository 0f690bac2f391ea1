import { randomUUID } from 'node:crypto';
import type { EventGridClock } from './clock.ts';
import {
  type EventSchema,
  contentTypeOf,
  toApplicationProperties,
  toBody,
  toEventGridTime,
} from './event-schema.ts';
import * as retry from './retry-policy.ts';
import type { StorageEvent } from './storage-event.ts';
import {
  DeliveryError,
  type DeliveryOutcome,
  type Subscription,
  isFinal,
  outcomeOf,
} from './subscription.ts';
import type { LogFields, LocalLogger } from '../logger.ts';

/** A copy of an event on its way to one subscriber. */
export interface PendingDelivery {
  readonly event: StorageEvent;
  readonly messageId: string;
  /** Milliseconds since 1970. */
  readonly published: number;
  attempts: number;
  lastAttempt?: { readonly at: number; readonly outcome: DeliveryOutcome };
  /** Set when delivery is given up; the event is then sent to the dead-letter container. */
  deadLetter?: DeadLetterFacts;
}

export interface Destination {
  readonly subscription: Subscription;
  readonly clock: EventGridClock;
  readonly log: LocalLogger | undefined;
  /** Aborted when the answer is no longer awaited. */
  readonly signal: AbortSignal;
}

/**
 * Makes the next attempt for a parcel: to deliver it or to dead-letter it. Never rejects.
 *
 * @returns milliseconds until the next attempt; undefined when the parcel is done
 */
export async function attemptDelivery(to: Destination, parcel: PendingDelivery): Promise<number | undefined> {
  const { subscription, clock, log } = to;
  const policy = subscription.retry ?? retry.DEFAULT_RETRY;
  if (parcel.deadLetter !== undefined) return writeDeadLetter(to, parcel, parcel.deadLetter);
  if (parcel.attempts > 0 && clock.now() - parcel.published > policy.eventTimeToLiveMinutes * 60_000) {
    return giveUp(to, parcel, 'TimeToLiveExceeded');
  }
  try {
    await inTime(to, subscription.deliver(toDelivery(subscription, parcel)));
    return undefined;
  } catch (thrown) {
    const outcome = outcomeOf(thrown);
    parcel.attempts += 1;
    parcel.lastAttempt = { at: clock.now(), outcome };
    log?.debug('event not delivered', { ...fieldsOf(to, parcel), error: String(thrown) });
    if (isFinal(outcome)) return giveUp(to, parcel, `UndeliverableDueToHttp${outcome}`);
    if (parcel.attempts >= policy.maxDeliveryAttempts)
      return giveUp(to, parcel, 'MaxDeliveryAttemptsExceeded');
    return retry.delayAfter(policy, parcel.attempts);
  }
}

function toDelivery(subscription: Subscription, { event, messageId, attempts }: PendingDelivery) {
  return {
    messageId,
    body: toBody(event, subscription.schema),
    applicationProperties: toApplicationProperties(subscription, messageId, attempts),
    contentType: contentTypeOf(subscription.schema),
  };
}

/** @throws DeliveryError `TimedOut` when the answer is late or the wait is aborted */
async function inTime({ clock, signal }: Destination, answer: Promise<void>): Promise<void> {
  const silence = Promise.withResolvers<never>();
  const giveUpWaiting = () => silence.reject(new DeliveryError('TimedOut', 'no answer in time'));
  const cancel = clock.after(retry.ANSWER_TIMEOUT_MS, giveUpWaiting);
  signal.addEventListener('abort', giveUpWaiting);
  try {
    await Promise.race([answer, silence.promise]);
  } finally {
    cancel();
    signal.removeEventListener('abort', giveUpWaiting);
  }
}

function giveUp(to: Destination, parcel: PendingDelivery, reason: DeadLetterReason): number | undefined {
  const { subscription, clock, log } = to;
  if (subscription.deadLetter === undefined) {
    log?.warn('event dropped', { ...fieldsOf(to, parcel), reason });
    return undefined;
  }
  parcel.deadLetter = {
    reason,
    attempts: parcel.attempts,
    lastOutcome: parcel.lastAttempt?.outcome ?? 'Busy',
    published: new Date(parcel.published),
    lastAttempt: new Date(parcel.lastAttempt?.at ?? clock.now()),
    givenUp: clock.now(),
  };
  return retry.deadLetterDelay(subscription.retry ?? retry.DEFAULT_RETRY);
}

async function writeDeadLetter(
  to: Destination,
  parcel: PendingDelivery,
  obituary: DeadLetterFacts,
): Promise<number | undefined> {
  const { subscription, clock, log } = to;
  const fields = { ...fieldsOf(to, parcel), reason: obituary.reason };
  const path = deadLetterPath(subscription.name, new Date(clock.now()));
  const body = deadLetterBody(parcel.event, subscription.schema, obituary);
  try {
    await inTime(to, subscription.deadLetter?.(path, body) ?? Promise.resolve());
    log?.warn('event dead-lettered', { ...fields, path });
    return undefined;
  } catch (thrown) {
    if (clock.now() - obituary.givenUp < retry.DEAD_LETTER_RETRY_FOR_MS) return retry.DEAD_LETTER_RETRY_MS;
    log?.warn('event dropped', { ...fields, error: String(thrown) });
    return undefined;
  }
}

function fieldsOf(
  { subscription }: Destination,
  { event, attempts, lastAttempt }: PendingDelivery,
): LogFields {
  const { id: eventId, type, subject } = event;
  return { subscription: subscription.name, eventId, type, subject, attempts, outcome: lastAttempt?.outcome };
}

/**
 * `UndeliverableDueToHttpBadRequest` was observed for failures that are not retried; the others are derived
 * from it.
 */
type DeadLetterReason =
  'MaxDeliveryAttemptsExceeded' | 'TimeToLiveExceeded' | `UndeliverableDueToHttp${DeliveryOutcome}`;

/** The fate of an event that could not be delivered. */
export interface DeadLetterFacts {
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
 * The content of a dead-letter blob: an array, since Azure may put several events into one. CloudEvents
 * allows only lower case in attribute names.
 */
export function deadLetterBody(event: StorageEvent, schema: EventSchema, obituary: DeadLetterFacts): string {
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
