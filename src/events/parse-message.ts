import { idOf, isObject } from './envelope.ts';
import { readEvent } from './read-event.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint } from '../model/hint.ts';
import { writeJson } from '../model/write-json.ts';

export interface ParsedMessage {
  readonly hints: readonly Hint[];
  readonly rejected: readonly Rejected[];
}

/** A part of a message that names no key, and why. */
export interface Rejected {
  /** `message-out-of-bounds`, `message-not-event`, `event-type-unknown` or `event-key-invalid`. */
  readonly error: BlobmirrorError;
  /** That part of the body as it came; if it is out of bounds, in a form that a queue client can send. */
  readonly event: unknown;
  readonly eventId?: string;
}

/**
 * Reads the body of a message as Azure Functions hands it to a Service Bus trigger: a JSON value, a string that was not
 * JSON, or bytes. It holds one event or an array of them, in the Event Grid schema or CloudEvents 1.0.
 *
 * Never throws. Each event becomes one hint or one rejection; there is at least one. A message that is out of bounds is
 * not read, and becomes one rejection.
 *
 * @param enqueuedTime the time of an event that has none that can be parsed
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

/** The whole body: text or bytes as they came, and otherwise its JSON as bytes, since a client would recurse into it. */
function toSendableBody(body: unknown): unknown {
  return typeof body === 'string' || body instanceof Uint8Array
    ? body
    : Buffer.from(writeJson(withoutShadow(body)));
}

/**
 * The events in a message's body, within the bounds and not yet parsed; at least one.
 *
 * @throws BlobmirrorError `message-out-of-bounds` or `message-not-event`. They never quote the body, which may hold
 * secrets.
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
  // Invalid bytes become U+FFFD, and a byte order mark is dropped.
  return parseJson(new TextDecoder().decode(body));
}

function parseJson(text: string): unknown {
  checkLength(text.length);
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    // The cause is left out: its message quotes the text.
    throw new BlobmirrorError('message-not-event', `the message is not JSON (${text.length} characters)`);
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
 * Refuses a value that is too large or too deep. A value that is nested thousands deep can be parsed, but neither written
 * as JSON again nor walked recursively.
 *
 * @param value a parsed body
 * @throws BlobmirrorError `message-out-of-bounds`, which names the bound and the value
 */
export function checkBounds(value: unknown): void {
  if (Array.isArray(value) && value.length > MESSAGE_BOUNDS.events)
    throw outOfBounds(
      `holds ${figure(value.length)} events, and at most ${figure(MESSAGE_BOUNDS.events)} are read`,
    );
  const { length, depth } = measure(value);
  checkLength(length);
  // The length first: if it is too long, the depth was not measured.
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
 * A lower bound of a value's length as JSON, and its depth. It goes level by level, so that no depth overflows the stack,
 * and stops when the length exceeds the bound, as that of a value which contains itself does.
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

/** The metadata of a message that a worker uses, as a Functions trigger names it. */
const METADATA = [
  'messageId',
  'enqueuedTimeUtc',
  'expiresAtUtc',
  'deliveryCount',
  'applicationProperties',
  'userProperties',
] as const;

export type MetadataName = (typeof METADATA)[number];

const BY_LOWER_CASE: ReadonlyMap<string, MetadataName> = new Map(
  METADATA.map((name) => [name.toLowerCase(), name]),
);

/**
 * The metadata that the body may have overwritten: in the Functions host, members of a JSON object overwrite the metadata
 * of the same name (Azure/azure-functions-host#7119); those of an array do not. Text that is not JSON here may be JSON to
 * the host, which accepts single quotes.
 */
export function shadowedMetadata(body: unknown): ReadonlySet<MetadataName> {
  if (typeof body === 'string') return new Set(/^[\s\u0085]*\{/.test(body) ? METADATA : []);
  if (!isObject(body) || body instanceof Uint8Array) return new Set();
  const names = Object.keys(body).map((name) => BY_LOWER_CASE.get(name.toLowerCase()));
  return new Set(names.filter((name) => name !== undefined));
}

/** The event in a form that does not overwrite the metadata: in an array if its members would. */
export function withoutShadow(event: unknown): unknown {
  return shadowedMetadata(event).size > 0 ? [event] : event;
}
