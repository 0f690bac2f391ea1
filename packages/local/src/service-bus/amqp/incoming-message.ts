import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { EncodingError, readValue, textOf } from './encoded-value.ts';
import { type MessageSections, SECTION, listSection, mapSection, splitSections } from './message-sections.ts';
import { encodeValue } from './rhea-members.ts';
import type { NewMessage } from '../queue/queued-message.ts';

const BATCH_FORMAT = 0x8001_3700;

const BOOLEAN = [0x41, 0x42, 0x56];
const UBYTE = [0x50];
const UINT = [0x43, 0x52, 0x70];
const STRING = [0xa1, 0xb1];
const BINARY = [0xa0, 0xb0];
const TIMESTAMP = [0x83];
/** A string is accepted too, since some clients send one. */
const SYMBOL = [0xa3, 0xb3, ...STRING];
const MESSAGE_ID = [0x44, 0x53, 0x80, 0x98, ...BINARY, ...STRING];

/** The fields of the properties (AMQP 1.0, part 3, 3.2.4). Clients cannot read a message with other types. */
const PROPERTIES: ReadonlyArray<readonly [name: string, types: readonly number[]]> = [
  ['message-id', MESSAGE_ID],
  ['user-id', BINARY],
  ['to', STRING],
  ['subject', STRING],
  ['reply-to', STRING],
  ['correlation-id', MESSAGE_ID],
  ['content-type', SYMBOL],
  ['content-encoding', SYMBOL],
  ['absolute-expiry-time', TIMESTAMP],
  ['creation-time', TIMESTAMP],
  ['group-id', STRING],
  ['group-sequence', UINT],
  ['reply-to-group-id', STRING],
];

/**
 * Reads the fields that the queue needs from an encoded message. A message without a MessageId gets one,
 * since the clients cannot settle a message without it. Throws an EncodingError when the bytes are not an
 * AMQP message, or not one that clients can read.
 */
export function toNewMessage(content: Buffer): NewMessage {
  const sections = splitSections(content);
  const { header, messageAnnotations, properties } = sections;
  expectType('durable in the header', header[0], BOOLEAN);
  expectType('priority in the header', header[1], UBYTE);
  expectType('first-acquirer in the header', header[3], BOOLEAN);
  for (const [i, [name, types]] of PROPERTIES.entries()) expectType(name, properties[i], types);
  for (const name of ['x-opt-partition-key', 'x-opt-via-partition-key']) {
    const entry = messageAnnotations.get(name);
    expectType(name, entry && valueOf(entry), STRING);
  }
  const scheduled = messageAnnotations.get('x-opt-scheduled-enqueue-time');
  const messageId = messageIdOf(properties[0]);
  const given = messageId ?? randomUUID();
  return {
    messageId: given,
    content: messageId === undefined ? withMessageId(sections, given) : content,
    timeToLiveMs: timeToLiveOf(header[2]),
    scheduledFor: timeOf('x-opt-scheduled-enqueue-time', scheduled && valueOf(scheduled)),
  };
}

/**
 * The messages in one transfer of that format: a single one (format 0, or none), or a Service Bus batch, a
 * message whose data sections are encoded messages. Throws an EncodingError. Copies the bytes: a stored
 * message must not keep its whole batch or read buffer in memory.
 */
export function messagesInTransfer(received: Buffer, format: number | null | undefined): Buffer[] {
  if (format === 0 || format === null || format === undefined) return [Buffer.from(received)];
  if (format !== BATCH_FORMAT) throw new EncodingError(`the message format ${format} is not known`);
  const { data } = splitSections(received);
  if (data.length === 0) throw new EncodingError('a batch has no data section, and so no message');
  return data.map((part) => Buffer.from(part));
}

/** The value of a map's entry. */
function valueOf(entry: Buffer): Buffer {
  return entry.subarray(readValue(entry, 0).end);
}

function withMessageId(sections: MessageSections, messageId: string): Buffer {
  const { header, messageAnnotations, properties, applicationProperties, body } = sections;
  const [, ...others] = properties;
  return Buffer.concat([
    listSection(SECTION.header, header),
    mapSection(SECTION.messageAnnotations, messageAnnotations.values()),
    listSection(SECTION.properties, [encodeValue(rhea.types.wrap_string(messageId)), ...others]),
    mapSection(SECTION.applicationProperties, applicationProperties.values()),
    body,
  ]);
}

const NULL = 0x40;

/** The range of .NET's times, years 1 to 9999, in ms since the epoch: Service Bus stores times in it. */
const EARLIEST_MS = -62_135_596_800_000n;
const LATEST_MS = 253_402_300_799_999n;

/** An encoded field; undefined when omitted or null. */
function present(field: Buffer | undefined): Buffer | undefined {
  return field === undefined || field[0] === NULL ? undefined : field;
}

/** The text by which the queue compares message ids; undefined for none, or one of a wrong type. */
function messageIdOf(field: Buffer | undefined): string | undefined {
  const id = present(field);
  if (id === undefined) return undefined;
  const value = readValue(id, 0);
  switch (value.type) {
    case 0xa1:
    case 0xb1:
      return textOf(id, value) === '' ? undefined : textOf(id, value);
    case 0x44:
      return '0';
    case 0x53:
      return String(id.readUInt8(value.bodyAt));
    case 0x80:
      return String(id.readBigUInt64BE(value.bodyAt));
    case 0x98:
      return id.toString('hex', value.bodyAt);
    case 0xa0:
      return id.toString('hex', value.bodyAt + 1);
    default:
      return id.toString('hex', value.bodyAt + 4);
  }
}

/** A time to live in ms; undefined when absent. Throws an EncodingError: it is a uint, so never negative. */
function timeToLiveOf(field: Buffer | undefined): number | undefined {
  const ttl = present(field);
  if (ttl === undefined) return undefined;
  if (ttl[0] === 0x43) return 0;
  if (ttl[0] === 0x52) return ttl.readUInt8(1);
  if (ttl[0] === 0x70) return ttl.readUInt32BE(1);
  throw new EncodingError('ttl in the header is not of type uint');
}

/**
 * A time in ms since the epoch; undefined when absent. A time out of range becomes the nearest that Service
 * Bus can store. Throws an EncodingError.
 */
function timeOf(name: string, field: Buffer | undefined): number | undefined {
  const time = present(field);
  if (time === undefined) return undefined;
  // A long is accepted as a timestamp, since some clients send one.
  if (time[0] === 0x83 || time[0] === 0x81) {
    const ms = time.readBigInt64BE(1);
    return Number(ms < EARLIEST_MS ? EARLIEST_MS : ms > LATEST_MS ? LATEST_MS : ms);
  }
  if (time[0] === 0x55) return time.readInt8(1);
  throw new EncodingError(`${name} is not of type timestamp`);
}

/**
 * Checks the type of a field that is passed on unchanged: clients accept no other. Throws an EncodingError.
 */
function expectType(name: string, field: Buffer | undefined, types: readonly number[]): void {
  const type = present(field)?.[0];
  if (type !== undefined && !types.includes(type)) throw new EncodingError(`${name} is of another type`);
}
