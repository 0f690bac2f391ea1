import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type QueueRecord, isQueueRecord } from '../queue/queue-state.ts';
import type { Properties, PropertyValue } from '../queue/queued-message.ts';

export interface Recovery {
  readonly records: number;
  /** The length of the whole records, and of the bytes after the last one: 0 after a clean stop. */
  readonly validBytes: number;
  readonly tornBytes: number;
}

/**
 * Passes on every whole record of a log in order. A missing log counts as empty; a file that is not a log is
 * an error and is left unchanged.
 */
export async function recoverLog(path: string, replay: (record: QueueRecord) => void): Promise<Recovery> {
  const size = await sizeOf(path);
  if (size === 0) return { records: 0, validBytes: 0, tornBytes: 0 };
  const reader = new FrameReader();
  let records = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a log is read as bytes');
    for (const payload of reader.read(chunk)) {
      replay(decodeRecord(payload));
      records++;
    }
  }
  // A log starts with a snapshot that was complete before it got its name, so this is another file.
  if (records === 0) throw new Error(`${path} is not a queue log, or its first record is damaged`);
  return { records, validBytes: reader.validBytes, tornBytes: size - reader.validBytes };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

const LINE_FEED = 0x0a;
const noContent = Buffer.alloc(0);

/**
 * A record as bytes: a line of JSON, readable in a log, then the message's unchanged content. JSON writes
 * `Infinity` as null; dates and bytes among the properties are marked as such.
 */
export function encodeRecord(record: QueueRecord): Buffer {
  const { head, content } = split(record);
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), content]);
}

/** Throws when the bytes are not a record that this version knows. */
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

/** Length and CRC-32 of the content, four bytes each, big-endian. */
const HEADER_BYTES = 8;

/** A record in the form of the log. */
export function frame(payload: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  framed.writeUInt32BE(payload.length, 0);
  framed.writeUInt32BE(crc32(payload), 4);
  payload.copy(framed, HEADER_BYTES);
  return framed;
}

/**
 * Reads whole records from a stream of bytes. Stops for good at the first invalid one: the boundaries after a
 * torn record are unknown.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #validBytes = 0;
  #broken = false;

  /** The length of the whole records from the start. */
  get validBytes(): number {
    return this.#validBytes;
  }

  *read(chunk: Buffer): Generator<Buffer> {
    if (this.#broken) return;
    let buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (buffer.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + buffer.readUInt32BE(0);
      if (buffer.length < end) break;
      // A copy, so that a record does not keep the whole chunk in memory.
      const payload = Buffer.from(buffer.subarray(HEADER_BYTES, end));
      if (payload.length === 0 || crc32(payload) !== buffer.readUInt32BE(4)) {
        this.#broken = true;
        return;
      }
      buffer = buffer.subarray(end);
      this.#validBytes += end;
      yield payload;
    }
    this.#rest = buffer;
  }
}
