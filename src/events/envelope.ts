import { EventGridDeserializer } from '@azure/eventgrid';
import { BlobmirrorError } from '../model/errors.js';
import { isObject, type JsonObject } from './json.js';

/** An event in either schema, under one set of names. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  /** The resource that raised the event: `topic`, or `source` in CloudEvents. May be empty. */
  readonly origin: string;
  /** May be empty. */
  readonly subject: string;
  /** Undefined when the event bears none that can be read. */
  readonly time: Date | undefined;
  readonly data: JsonObject;
}

const deserializer = new EventGridDeserializer();

/**
 * One event, read by Microsoft's own deserialiser. It is given events one at a time, because it throws for a whole
 * array when one element is bad.
 *
 * @throws BlobmirrorError `message-not-event`
 */
export async function readEnvelope(event: unknown): Promise<Envelope> {
  if (!isObject(event))
    throw new BlobmirrorError('message-not-event', `an event is an object, and this is ${nameOf(event)}`);
  try {
    if (Object.hasOwn(event, 'specversion')) return await readCloudEvent(event);
    if (Object.hasOwn(event, 'eventType')) return await readEventGridEvent(event);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : 'for a reason unknown';
    throw new BlobmirrorError('message-not-event', `the event was refused: ${reason}`);
  }
  throw new BlobmirrorError('message-not-event', 'the object has neither an eventType nor a specversion');
}

async function readCloudEvent(event: JsonObject): Promise<Envelope> {
  const [read] = await deserializer.deserializeCloudEvents({
    ...event,
    subject: textOrEmpty(event['subject']),
    time: textOrEmpty(event['time']),
    data: isObject(event['data']) ? event['data'] : undefined,
  });
  if (read === undefined) throw new Error('it holds no event');
  return {
    id: read.id,
    type: read.type,
    origin: read.source,
    subject: read.subject ?? '',
    time: validTime(read.time),
    data: isObject(read.data) ? read.data : {},
  };
}

/**
 * The deserialiser insists on fields that say nothing about which blob is meant. Where one is missing, or `data` is
 * no object (it would take a string apart, character by character), an empty one stands in.
 */
async function readEventGridEvent(event: JsonObject): Promise<Envelope> {
  const [read] = await deserializer.deserializeEventGridEvents({
    dataVersion: '',
    metadataVersion: '1',
    ...event,
    topic: textOrEmpty(event['topic']),
    subject: textOrEmpty(event['subject']),
    eventTime: textOrEmpty(event['eventTime']),
    data: isObject(event['data']) ? event['data'] : {},
  });
  if (read === undefined) throw new Error('it holds no event');
  return {
    id: read.id,
    type: read.eventType,
    origin: read.topic ?? '',
    subject: read.subject,
    time: validTime(read.eventTime),
    data: isObject(read.data) ? read.data : {},
  };
}

function textOrEmpty(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The deserialiser turns text that is no time into an invalid `Date` and says nothing. */
function validTime(time: Date | undefined): Date | undefined {
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
