import { isQueueRecord, type QueueRecord } from '../queue/queue-record.ts';
import type { Properties, PropertyValue } from '../queue/queued-message.ts';

const LINE_FEED = 0x0a;
const noContent = Buffer.alloc(0);

/**
 * A record as bytes: a line of JSON, which a person can read in a log, then the message's content as it is. JSON
 * writes `Infinity` as null; dates and bytes among the properties are marked as such.
 */
export function encodeRecord(record: QueueRecord): Buffer {
  const { head, content } = split(record);
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), content]);
}

/** Throws when the bytes are no record that this version knows. */
export function decodeRecord(bytes: Buffer): QueueRecord {
  const end = bytes.indexOf(LINE_FEED);
  const record: unknown = JSON.parse(bytes.toString('utf8', 0, end));
  if (!isQueueRecord(record)) throw new Error('the log has a record that this version does not know');
  if (record.type === 'put') {
    const { message } = record;
    const content = bytes.subarray(end + 1);
    const timeToLiveMs = message.timeToLiveMs ?? Infinity;
    return {
      ...record,
      message: { ...message, content, timeToLiveMs, properties: unmark(message.properties) },
    };
  }
  return 'properties' in record ? { ...record, properties: unmark(record.properties) } : record;
}

function split(record: QueueRecord): { head: object; content: Buffer } {
  if (record.type === 'put') {
    const { content, properties, ...rest } = record.message;
    return { head: { type: record.type, message: { ...rest, properties: mark(properties) } }, content };
  }
  const head = 'properties' in record ? { ...record, properties: mark(record.properties) } : record;
  return { head, content: noContent };
}

function mark(properties: Properties): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]): [string, unknown] => {
      if (value instanceof Date) return [name, { date: value.getTime() }];
      return [name, Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value];
    }),
  );
}

function unmark(marked: Readonly<Record<string, PropertyValue | object>>): Properties {
  const entries = Object.entries(marked).map(([name, value]): [string, PropertyValue] => {
    if (typeof value !== 'object' || value === null) return [name, value];
    if ('date' in value) return [name, new Date(Number(value.date))];
    return [name, Buffer.from('base64' in value ? String(value.base64) : '', 'base64')];
  });
  return Object.fromEntries(entries);
}
