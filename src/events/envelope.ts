import { BlobmirrorError } from '../model/errors.ts';
import { isObject, type JsonObject, textOf } from './json.ts';
import { readStorageUrl } from './storage-url.ts';
import { readSubject } from './subject.ts';

/** An event in either schema, under one set of names. What is missing, or is something else, is as good as not there. */
export interface Envelope {
  readonly id: string | undefined;
  readonly type: string | undefined;
  /** The resource that raised the event: `topic`, or `source` in CloudEvents. */
  readonly origin: string | undefined;
  readonly subject: string | undefined;
  readonly time: Date | undefined;
  readonly data: JsonObject;
}

const LONGEST_ID = 200;
const NOTHING: JsonObject = {};
/** Members of an event's data that may name a blob. */
export const URL_FIELDS = ['url', 'destinationUrl', 'sourceUrl'] as const;

/**
 * One event. An object is one where it says so by its schema, or names a blob. No member is insisted on that says
 * nothing about which blob is meant, such as a version of the schema or an id: an envelope that has drifted is a hint
 * all the same, and only costs a look.
 *
 * @throws BlobmirrorError `message-not-event`
 */
export function readEnvelope(event: unknown): Envelope {
  if (!isObject(event))
    throw new BlobmirrorError('message-not-event', `an event is an object, and this is ${nameOf(event)}`);
  const envelope: Envelope = {
    id: idOf(event),
    type: firstText(event, 'eventType', 'type'),
    origin: firstText(event, 'topic', 'source'),
    subject: textOf(event, 'subject'),
    time: timeOf(event),
    data: dataOf(event),
  };
  if (isMarked(event) || namesBlob(envelope)) return envelope;
  throw new BlobmirrorError(
    'message-not-event',
    'the object has neither an eventType nor a specversion, and names no blob',
  );
}

/** Whether a value bears the mark of a schema of events, or names a blob. */
export function isEvent(value: unknown): value is object {
  return (
    isObject(value) &&
    (isMarked(value) || namesBlob({ subject: textOf(value, 'subject'), data: dataOf(value) }))
  );
}

/** Undefined where there is none that can be read. */
export function timeOf(event: JsonObject): Date | undefined {
  for (const name of ['eventTime', 'time']) {
    const time = new Date(textOf(event, name) ?? Number.NaN);
    if (!Number.isNaN(time.getTime())) return time;
  }
  return undefined;
}

export function dataOf(event: JsonObject): JsonObject {
  const data = Object.hasOwn(event, 'data') ? event['data'] : undefined;
  return isObject(data) ? data : NOTHING;
}

/** For the log alone, so it is kept short. Some senders count. */
export function idOf(event: JsonObject): string | undefined {
  const id = Object.hasOwn(event, 'id') ? event['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number'
    ? String(id).slice(0, LONGEST_ID) || undefined
    : undefined;
}

function isMarked(event: JsonObject): boolean {
  return Object.hasOwn(event, 'eventType') || Object.hasOwn(event, 'specversion');
}

function namesBlob({ subject = '', data }: Pick<Envelope, 'subject' | 'data'>): boolean {
  return (
    readSubject(subject) !== undefined ||
    URL_FIELDS.some((name) => readStorageUrl(textOf(data, name) ?? '').length > 0)
  );
}

/** The first of the two that is text, and not empty. */
function firstText(event: JsonObject, one: string, other: string): string | undefined {
  return textOf(event, one) || textOf(event, other) || undefined;
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
