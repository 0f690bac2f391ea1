/**
 * Event Grid and CloudEvents shapes to keys: the only room that knows what an event looks like.
 *
 * A message comes from outside and may hold anything. So nothing here throws for any input, one bad event never
 * costs its neighbours, and whatever is read is a hint (invariant 1): when an event can be read in two ways, both
 * keys are given, because a wrong guess costs a request and never a wrong result. This room must never call a
 * service, and must never carry the query of a url, which may hold a SAS, into a key or an error.
 */
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint } from '../model/hint.ts';
import { writeJson } from '../model/write-json.ts';
import { eventAccount } from './event-account.ts';
import { eventPlaces } from './event-places.ts';
import { idOf, readEnvelope } from './envelope.ts';
import { isObject } from './json.ts';
import { readBody } from './message-body.ts';
import { withoutShadow } from './shadowed-metadata.ts';
import { silentChanges } from './silent-changes.ts';

export interface ParsedMessage {
  readonly hints: readonly Hint[];
  readonly rejected: readonly Rejected[];
}

/** A part of a message that gives no key, and why. */
export interface Rejected {
  /** `message-out-of-bounds`, `message-not-event`, `event-type-unknown` or `event-key-invalid`. */
  readonly error: BlobmirrorError;
  /** That part of the body, as it came; of what is out of bounds, something that any queue client can write. */
  readonly event: unknown;
  readonly eventId?: string;
}

/**
 * Reads the body of a message as Azure Functions hands it to a Service Bus trigger: a JSON value, a string that was
 * no JSON, or bytes. It holds one event or an array of them, in the Event Grid schema or CloudEvents 1.0.
 *
 * Nothing is thrown. Hints and rejections together are as many as the events in the body, and at least one; of a
 * message that is out of bounds nothing is read, and it is one rejection.
 *
 * @param enqueuedTime when the message was enqueued: the time of an event that bears none that can be read.
 */
export function parseMessage(body: unknown, enqueuedTime: Date): ParsedMessage {
  const hints: Hint[] = [];
  const rejected: Rejected[] = [];
  let events: readonly unknown[];
  try {
    events = readBody(body);
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    return {
      hints,
      rejected: [{ error, event: error.code === 'message-out-of-bounds' ? kept(body) : body }],
    };
  }
  for (const event of events) {
    try {
      hints.push(toHint(event, enqueuedTime));
    } catch (thrown) {
      rejected.push({ error: toBlobmirrorError(thrown), event, ...eventId(event) });
    }
  }
  return { hints, rejected };
}

/** @throws BlobmirrorError `message-not-event`, `event-type-unknown`, `event-key-invalid` */
function toHint(event: unknown, enqueuedTime: Date): Hint {
  const envelope = readEnvelope(event);
  return {
    ...eventPlaces(envelope),
    account: eventAccount(envelope),
    eventId: envelope.id,
    eventType: envelope.type ?? '',
    eventTime: envelope.time ?? enqueuedTime,
    silentChanges: silentChanges(envelope),
    event,
  };
}

function eventId(event: unknown): { eventId?: string } {
  const id = isObject(event) ? idOf(event) : undefined;
  return id === undefined ? {} : { eventId: id };
}

/** All of a body, as text where it came as text, and else as the bytes of its JSON: a client would nest as deep as it. */
function kept(body: unknown): unknown {
  return typeof body === 'string' || body instanceof Uint8Array
    ? body
    : Buffer.from(writeJson(withoutShadow(body)));
}
