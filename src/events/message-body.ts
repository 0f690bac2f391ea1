import { isObject } from './envelope.ts';
import { BlobmirrorError } from '../model/errors.ts';

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
