/**
 * The encoding of AMQP values (AMQP 1.0, part 1), validated without decoding.
 *
 * rhea's reader trusts counts and sizes: an array of four billion nulls fills the memory, and a value that
 * ends beyond its frame is read from the following bytes. So everything that a client sends is validated here
 * before rhea reads it.
 */

/** Bytes that are not an AMQP value. */
export class EncodingError extends RangeError {}

/** One encoded value within a buffer. */
export interface EncodedValue {
  /** The descriptor of a described value, as a code or symbol; undefined when there is none. */
  readonly descriptor: number | string | undefined;
  /** The type code after the descriptor. */
  readonly type: number;
  /** The start of the value, including its descriptor. */
  readonly start: number;
  /** The first byte after the type code. */
  readonly bodyAt: number;
  /** The first byte after the value. */
  readonly end: number;
}

/** Enough for any real message, and far below the depth that overflows a reader's stack. */
const DEEPEST = 64;

/** Elements without bytes of their own (null, true, the empty list) use memory only when decoded. */
const MAX_EMPTY_ELEMENTS = 1024;

const KNOWN_TYPES = new Set([
  0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x60, 0x61, 0x70, 0x71, 0x72,
  0x73, 0x74, 0x80, 0x81, 0x82, 0x83, 0x84, 0x94, 0x98, 0xa0, 0xa1, 0xa3, 0xb0, 0xb1, 0xb3, 0xc0, 0xc1, 0xd0,
  0xd1, 0xe0, 0xf0,
]);

const LIST_TYPES = new Set([0x45, 0xc0, 0xd0]);
const MAP_TYPES = new Set([0xc1, 0xd1]);

export const isListType = (type: number): boolean => LIST_TYPES.has(type);
export const isMapType = (type: number): boolean => MAP_TYPES.has(type);

/** Validates one value, which must end before `limit`. Throws an EncodingError. */
export function readValue(bytes: Buffer, start: number, limit = bytes.length, depth = 0): EncodedValue {
  const { descriptor, type, bodyAt } = readConstructor(bytes, start, limit, depth);
  return { descriptor, type, start, bodyAt, end: endOfBody(bytes, type, bodyAt, limit, depth) };
}

/** The elements of a list, or the alternating keys and values of a map. Empty for any other value. */
export function elementsOf(bytes: Buffer, value: EncodedValue): EncodedValue[] {
  if (value.type === 0x45 || !(isListType(value.type) || isMapType(value.type))) return [];
  const { count, at } = readCount(bytes, value.type, value.bodyAt, value.end);
  const elements: EncodedValue[] = [];
  for (let next = at; elements.length < count;) {
    const element = readValue(bytes, next, value.end);
    elements.push(element);
    next = element.end;
  }
  return elements;
}

/** The text of a string or symbol; undefined for any other value. */
export function textOf(bytes: Buffer, value: EncodedValue): string | undefined {
  const encoding = value.type === 0xa3 || value.type === 0xb3 ? 'latin1' : 'utf8';
  if (value.type === 0xa1 || value.type === 0xa3)
    return bytes.toString(encoding, value.bodyAt + 1, value.end);
  if (value.type === 0xb1 || value.type === 0xb3)
    return bytes.toString(encoding, value.bodyAt + 4, value.end);
  return undefined;
}

function readConstructor(
  bytes: Buffer,
  start: number,
  limit: number,
  depth: number,
): Pick<EncodedValue, 'descriptor' | 'type' | 'bodyAt'> {
  if (depth > DEEPEST) throw new EncodingError(`an AMQP value is nested deeper than ${DEEPEST} levels`);
  const type = byteAt(bytes, start, limit);
  if (type !== 0) {
    if (!KNOWN_TYPES.has(type)) throw new EncodingError(`unknown AMQP type code 0x${type.toString(16)}`);
    return { descriptor: undefined, type, bodyAt: start + 1 };
  }
  const descriptor = readValue(bytes, start + 1, limit, depth + 1);
  const inner = readConstructor(bytes, descriptor.end, limit, depth + 1);
  return { ...inner, descriptor: ulongOf(bytes, descriptor) ?? textOf(bytes, descriptor) };
}

function ulongOf(bytes: Buffer, { type, bodyAt }: EncodedValue): number | undefined {
  if (type === 0x44) return 0;
  if (type === 0x53) return bytes.readUInt8(bodyAt);
  return type === 0x80 ? Number(bytes.readBigUInt64BE(bodyAt)) : undefined;
}

/** The high half of a type code gives the width of a value, or of the size that precedes it. */
function endOfBody(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
  switch (type >> 4) {
    case 0x4:
      return at;
    case 0x5:
      return within(at + 1, limit);
    case 0x6:
      return within(at + 2, limit);
    case 0x7:
      return within(at + 4, limit);
    case 0x8:
      return within(at + 8, limit);
    case 0x9:
      return within(at + 16, limit);
    case 0xa:
      return within(at + 1 + byteAt(bytes, at, limit), limit);
    case 0xb:
      return within(at + 4 + uintAt(bytes, at, limit), limit);
    case 0xc:
    case 0xd:
      return endOfCompound(bytes, type, at, limit, depth);
    default:
      return endOfArray(bytes, type, at, limit, depth);
  }
}

function endOfCompound(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
  const { count, at: first, end } = readCount(bytes, type, at, limit);
  if (isMapType(type) && count % 2 === 1) throw new EncodingError('an AMQP map has a key without a value');
  let next = first;
  for (let i = 0; i < count; i++) {
    const element = readValue(bytes, next, end, depth + 1);
    if (isMapType(type) && i % 2 === 0) expectKey(bytes, element);
    next = element.end;
  }
  if (next !== end) throw new EncodingError('the elements of an AMQP list or map do not fill its size');
  return end;
}

/**
 * rhea turns every key into the name of a member. Some values fail at that, here as in every client on rhea;
 * and the name `__proto__` gives an object another prototype.
 */
function expectKey(bytes: Buffer, key: EncodedValue): void {
  if (key.descriptor !== undefined || key.bodyAt > key.start + 1 || key.type >= 0xc0) {
    throw new EncodingError('a key of an AMQP map is not a simple value');
  }
  if (textOf(bytes, key) === '__proto__') throw new EncodingError("no key of an AMQP map may be '__proto__'");
}

function endOfArray(bytes: Buffer, type: number, at: number, limit: number, depth: number): number {
  const { count, at: constructorAt, end } = readCount(bytes, type, at, limit);
  const element = readConstructor(bytes, constructorAt, end, depth + 1);
  if (element.type >> 4 === 0x4 && count > MAX_EMPTY_ELEMENTS) {
    throw new EncodingError(`an AMQP array of more than ${MAX_EMPTY_ELEMENTS} elements without bytes`);
  }
  let next = element.bodyAt;
  for (let i = 0; i < count; i++) next = endOfBody(bytes, element.type, next, end, depth + 1);
  if (next !== end) throw new EncodingError('the elements of an AMQP array do not fill its size');
  return end;
}

/** The count of a list, map or array, and the range of its content. */
function readCount(
  bytes: Buffer,
  type: number,
  at: number,
  limit: number,
): { readonly count: number; readonly at: number; readonly end: number } {
  const wide = type >= 0xd0 && type !== 0xe0;
  const width = wide ? 4 : 1;
  const read = wide ? uintAt : byteAt;
  const end = within(at + width + read(bytes, at, limit), limit);
  return { count: read(bytes, at + width, end), at: at + 2 * width, end };
}

function byteAt(bytes: Buffer, at: number, limit: number): number {
  return bytes.readUInt8(within(at + 1, limit) - 1);
}

function uintAt(bytes: Buffer, at: number, limit: number): number {
  return bytes.readUInt32BE(within(at + 4, limit) - 4);
}

function within(end: number, limit: number): number {
  if (end > limit) throw new EncodingError('an AMQP value is longer than what holds it');
  return end;
}
