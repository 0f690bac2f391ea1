import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import type { NewMessage } from '../queue/queued-message.ts';
import { EncodingError, readValue } from './encoded-value.ts';
import { expectType, messageIdOf, timeOf, timeToLiveOf } from './message-fields.ts';
import { listSection, mapSection, type MessageSections, SECTION, splitSections } from './message-sections.ts';
import { encodeValue } from './rhea-codec.ts';

const BATCH_FORMAT = 0x8001_3700;

const BOOLEAN = [0x41, 0x42, 0x56];
const UBYTE = [0x50];
const UINT = [0x43, 0x52, 0x70];
const STRING = [0xa1, 0xb1];
const BINARY = [0xa0, 0xb0];
const TIMESTAMP = [0x83];
/** A string is taken as well, as some clients send one. */
const SYMBOL = [0xa3, 0xb3, ...STRING];
const MESSAGE_ID = [0x44, 0x53, 0x80, 0x98, ...BINARY, ...STRING];

/** The fields of the properties (AMQP 1.0, part 3, 3.2.4). Clients read a message with another type not at all. */
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
 * Reads from an encoded message what the queue needs to know. A message without a MessageId gets one, because
 * the clients cannot settle a message that has none. Throws an EncodingError when the bytes are no AMQP message,
 * or one that a client could not read.
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
 * The messages in one transfer of that format: a single one (format 0, or none), or a Service Bus batch, which is a
 * message whose data sections are encoded messages. Throws an EncodingError. Copies: a message that stays must not
 * keep the whole batch, or what else came with it, in memory.
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
