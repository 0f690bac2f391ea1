import { idOf, isObject } from './envelope.ts';
import { readEvent } from './read-event.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint } from '../model/hint.ts';
import { writeJson } from '../model/write-json.ts';

/**
 * Event Grid and CloudEvents shapes to keys: the only room that knows what an event looks like.
 *
 * A message comes from outside and may hold anything. So nothing here throws for any input, one bad event never
 * costs its neighbours, and whatever is read is a hint (invariant 1): when an event can be read in two ways, both
 * keys are given, because a wrong guess costs a request and never a wrong result. This room must never call a
 * service, and must never carry the query of a url, which may hold a SAS, into a key or an error.
 */

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
      rejected: [{ error, event: error.code === 'message-out-of-bounds' ? toSendableBody(body) : body }],
    };
  }
  for (const event of events) {
    try {
      hints.push(readEvent(event, enqueuedTime));
    } catch (thrown) {
      rejected.push({ error: toBlobmirrorError(thrown), event, ...eventId(event) });
    }
  }
  return { hints, rejected };
}

function eventId(event: unknown): { eventId?: string } {
  const id = isObject(event) ? idOf(event) : undefined;
  return id === undefined ? {} : { eventId: id };
}

/** All of a body, as text where it came as text, and else as the bytes of its JSON: a client would nest as deep as it. */
function toSendableBody(body: unknown): unknown {
  return typeof body === 'string' || body instanceof Uint8Array
    ? body
    : Buffer.from(writeJson(withoutShadow(body)));
}

/**
 * The events that a message's body holds, within the bounds and not looked at yet; at least one.
 *
 * @throws BlobmirrorError `message-out-of-bounds`, or `message-not-event`, without a word of the body: it may hold
 * anybody's secrets
 */
export function readBody(body: unknown): readonly unknown[] {
  const value = toValue(body);
  checkBounds(value);
  if (!Array.isArray(value)) return [value];
  if (value.length === 0) throw new BlobmirrorError('message-not-event', 'the message is an empty array');
  return value;
}

function toValue(body: unknown): unknown {
  if (typeof body === 'string') return parseJson(body);
  if (!(body instanceof Uint8Array)) return body;
  checkLength(body.byteLength);
  // Unknown bytes become U+FFFD, and a byte order mark goes.
  return parseJson(new TextDecoder().decode(body));
}

function parseJson(text: string): unknown {
  checkLength(text.length);
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    // The cause is left out: its message quotes the text.
    throw new BlobmirrorError(
      'message-not-event',
      `the message is ${text.length} characters of something that is not JSON`,
    );
  }
}

/**
 * What a message may hold. Event Grid puts at most 5,000 events and 1 MB into a batch, and an event is at most 1 MB:
 * learn.microsoft.com/azure/event-grid/quotas-limits, .../delivery-and-retry#output-batching. Its events of storage
 * nest four deep; 64 is as deep as the parsers of .NET read unless they are told otherwise
 * (learn.microsoft.com/dotnet/api/system.text.json.jsonreaderoptions.maxdepth).
 */
export const MESSAGE_BOUNDS = { depth: 64, length: 1_048_576, events: 5_000 } as const;

/**
 * Refuses what nobody should look into: what nests thousands deep can be parsed, but neither be written as JSON again
 * nor be walked by a function that calls itself.
 *
 * @param value what was parsed of a body, or came so
 * @throws BlobmirrorError `message-out-of-bounds`, which names the bound and the value
 */
export function checkBounds(value: unknown): void {
  if (Array.isArray(value) && value.length > MESSAGE_BOUNDS.events)
    throw outOfBounds(
      `holds ${figure(value.length)} events, and at most ${figure(MESSAGE_BOUNDS.events)} are read`,
    );
  const { length, depth } = measure(value);
  checkLength(length);
  // The length is looked at first: of what is too long the depth is not known.
  if (depth > MESSAGE_BOUNDS.depth)
    throw outOfBounds(`is nested ${figure(depth)} deep, and at most ${MESSAGE_BOUNDS.depth} is read`);
}

/** @param length of a body, in characters or bytes @throws BlobmirrorError `message-out-of-bounds` */
function checkLength(length: number): void {
  if (length > MESSAGE_BOUNDS.length)
    throw outOfBounds(
      `is at least ${figure(length)} characters long, and at most ${figure(MESSAGE_BOUNDS.length)} are read`,
    );
}

/**
 * How long a value is at least as JSON, and how many objects and arrays are within one another. One level after the
 * other, so that no depth overflows the stack; it ends where the value is longer than the bound, as one that contains
 * itself would be.
 */
function measure(value: unknown): { readonly length: number; readonly depth: number } {
  let length = 0;
  let depth = 0;
  for (let level = [value]; level.length > 0 && length <= MESSAGE_BOUNDS.length;) {
    const below: unknown[] = [];
    let isNested = false;
    for (const each of level) {
      if (typeof each === 'string') length += each.length + 2;
      else if (typeof each !== 'object' || each === null) length += 1;
      else if (ArrayBuffer.isView(each)) length += each.byteLength;
      else {
        isNested = true;
        // The brackets, and the commas between.
        length += 1;
        if (Array.isArray(each)) {
          length += each.length;
          for (const item of each as unknown[]) below.push(item);
        } else
          for (const name of Object.keys(each)) {
            length += name.length + 4;
            below.push((each as Readonly<Record<string, unknown>>)[name]);
          }
      }
    }
    if (isNested) depth++;
    level = below;
  }
  return { length, depth };
}

function outOfBounds(what: string): BlobmirrorError {
  return new BlobmirrorError('message-out-of-bounds', `the message ${what}`);
}

function figure(value: number): string {
  return value.toLocaleString('en');
}

/** What a worker goes by of a message's metadata, as a Functions trigger names it. */
const METADATA = [
  'messageId',
  'enqueuedTimeUtc',
  'deliveryCount',
  'applicationProperties',
  'userProperties',
] as const;

export type MetadataName = (typeof METADATA)[number];

const BY_LOWER_CASE: ReadonlyMap<string, MetadataName> = new Map(
  METADATA.map((name) => [name.toLowerCase(), name]),
);

/**
 * Which of the metadata may be members of the body: the Functions host lets those of a JSON object overwrite the
 * metadata of the same name (Azure/azure-functions-host#7119). Of an array it takes nothing. Text that is no JSON here
 * may be JSON to it, which takes single quotes.
 */
export function shadowedMetadata(body: unknown): ReadonlySet<MetadataName> {
  if (typeof body === 'string') return new Set(/^\s*\{/.test(body) ? METADATA : []);
  if (!isObject(body) || body instanceof Uint8Array) return new Set();
  const names = Object.keys(body).map((name) => BY_LOWER_CASE.get(name.toLowerCase()));
  return new Set(names.filter((name) => name !== undefined));
}

/** The event as it can be sent with metadata that will be believed: in an array where its members would overwrite them. */
export function withoutShadow(event: unknown): unknown {
  return shadowedMetadata(event).size > 0 ? [event] : event;
}
