/** Descriptor codes of a message's sections (AMQP 1.0, part 3, 3.2), in the order they stand in. */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
} as const;

/** An encoded message cut at its section boundaries, without decoding what is in them. */
export interface MessageSections {
  /** Each section with its descriptor, so that it decodes as a message of its own. */
  readonly header: Buffer | undefined;
  readonly messageAnnotations: Buffer | undefined;
  readonly properties: Buffer | undefined;
  /**
   * Properties, application properties, body and footer: what AMQP calls the bare message. A broker hands it on
   * byte for byte, so whatever types the sender chose arrive as they were.
   */
  readonly bare: Buffer;
}

/** Throws a RangeError when the bytes are not a sequence of AMQP sections. */
export function splitSections(message: Buffer): MessageSections {
  const found = new Map<number, Buffer>();
  let bareFrom = message.length;
  for (let start = 0; start < message.length;) {
    const { code, valueAt } = readDescriptor(message, start);
    const end = endOfValue(message, valueAt);
    if (end > message.length) throw new RangeError('an AMQP section is longer than its message');
    if (!found.has(code)) found.set(code, message.subarray(start, end));
    if (code >= SECTION.properties) bareFrom = Math.min(bareFrom, start);
    start = end;
  }
  return {
    header: found.get(SECTION.header),
    messageAnnotations: found.get(SECTION.messageAnnotations),
    properties: found.get(SECTION.properties),
    bare: message.subarray(bareFrom),
  };
}

/** A section starts with 0x00 and its code as a small ulong (0x53) or a ulong (0x80). */
function readDescriptor(message: Buffer, start: number): { code: number; valueAt: number } {
  if (message.readUInt8(start) !== 0) throw new RangeError('an AMQP section starts with a descriptor');
  const type = message.readUInt8(start + 1);
  if (type === 0x53) return { code: message.readUInt8(start + 2), valueAt: start + 3 };
  if (type === 0x80) return { code: message.readUInt8(start + 9), valueAt: start + 10 };
  throw new RangeError(`an AMQP section has an unknown descriptor type 0x${type.toString(16)}`);
}

/** The high half of a type code says how wide a value is, or how wide the size that precedes it. */
function endOfValue(message: Buffer, start: number): number {
  const type = message.readUInt8(start);
  // A described value within an amqp-value section: its descriptor is skipped as the value that it is.
  if (type === 0) return endOfValue(message, endOfValue(message, start + 1));
  const value = start + 1;
  switch (type >> 4) {
    case 0x4:
      return value;
    case 0x5:
      return value + 1;
    case 0x6:
      return value + 2;
    case 0x7:
      return value + 4;
    case 0x8:
      return value + 8;
    case 0x9:
      return value + 16;
    case 0xa:
    case 0xc:
    case 0xe:
      return value + 1 + message.readUInt8(value);
    case 0xb:
    case 0xd:
    case 0xf:
      return value + 4 + message.readUInt32BE(value);
    default:
      throw new RangeError(`unknown AMQP type code 0x${type.toString(16)}`);
  }
}
