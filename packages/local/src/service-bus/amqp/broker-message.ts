import { randomUUID } from 'node:crypto';
import rhea from 'rhea';
import { toNewMessage } from './incoming-message.ts';
import { SECTION } from './message-sections.ts';
import type { NewMessage, Properties } from '../queue/queued-message.ts';

/** A message sent from within the process. */
export interface BrokerMessage {
  /** Bytes are sent as they are; any other value as JSON. */
  readonly body: unknown;
  readonly messageId?: string;
  readonly contentType?: string;
  readonly applicationProperties?: Properties;
  /** In milliseconds; the queue's default when omitted. */
  readonly timeToLiveMs?: number;
  readonly scheduledEnqueueTime?: Date;
}

/** The message in a client's form: its body in one data section. */
export function fromBrokerMessage(message: BrokerMessage): NewMessage {
  const { body, contentType, applicationProperties, timeToLiveMs, scheduledEnqueueTime } = message;
  const messageId = message.messageId || randomUUID();
  const data = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
  const content =
    encodeTexts(messageId, contentType, applicationProperties, data) ??
    toNewMessage(
      rhea.message.encode({
        message_id: messageId,
        content_type: contentType,
        application_properties: applicationProperties,
        body: rhea.message.data_section(Buffer.from(data)) as unknown,
      }),
    ).content;
  return { messageId, content, timeToLiveMs, scheduledFor: scheduledEnqueueTime?.getTime() };
}

const STRING = [0xa1, 0xb1] as const;
const SYMBOL = [0xa3, 0xb3] as const;
const BINARY = [0xa0, 0xb0] as const;
const LIST = 0xd0;
const MAP = 0xd1;
const NULL = '\u0040';
/** A header without fields, as rhea writes it. */
const EMPTY_HEADER = section(SECTION.header) + byte(0x45);

/**
 * Encodes a message as rhea does, which takes most of the time of an event's way into its queue. Its head is
 * put together as a string with a character for each byte.
 *
 * @returns undefined when a property is not a text, or the type not one of ASCII
 */
function encodeTexts(
  messageId: string,
  contentType: string | undefined,
  properties: Properties | undefined,
  data: Uint8Array,
): Buffer | undefined {
  if (contentType !== undefined && !isAscii(contentType)) return undefined;
  const type = contentType === undefined ? NULL : text(SYMBOL, contentType);
  let head = EMPTY_HEADER;
  // The type is the seventh field.
  head += compound(SECTION.properties, LIST, 7, `${text(STRING, messageId)}${NULL.repeat(5)}${type}`);
  if (properties !== undefined) {
    const entries = Object.entries(properties);
    let written = '';
    for (const [name, value] of entries) {
      if (typeof value !== 'string') return undefined;
      written += text(STRING, name) + text(STRING, value);
    }
    head += compound(SECTION.applicationProperties, MAP, 2 * entries.length, written);
  }
  head += section(SECTION.data) + sized(BINARY, data.length);
  const bytes = Buffer.allocUnsafe(head.length + data.length);
  bytes.write(head, 0, 'latin1');
  bytes.set(data, head.length);
  return bytes;
}

/** The start of a section: a descriptor with a small number. */
function section(code: number): string {
  return `\0${byte(0x53)}${byte(code)}`;
}

function compound(code: number, type: number, count: number, content: string): string {
  return section(code) + byte(type) + uint(content.length + 4) + uint(count) + content;
}

function text(types: readonly [short: number, long: number], value: string): string {
  const bytes = isAscii(value) ? value : Buffer.from(value).toString('latin1');
  return sized(types, bytes.length) + bytes;
}

function isAscii(value: string): boolean {
  return Buffer.byteLength(value) === value.length;
}

function sized([short, long]: readonly [short: number, long: number], length: number): string {
  return length < 256 ? byte(short) + byte(length) : byte(long) + uint(length);
}

function byte(value: number): string {
  return String.fromCharCode(value);
}

function uint(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}
