import {
  type EncodedValue,
  elementsOf,
  EncodingError,
  isListType,
  isMapType,
  readValue,
  textOf,
} from './encoded-value.ts';

/** Descriptor codes of a message's sections (AMQP 1.0, part 3, 3.2), in their order. */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
  sequence: 0x76,
  value: 0x77,
  footer: 0x78,
} as const;

const BY_SYMBOL: Readonly<Record<string, number>> = {
  'amqp:header:list': SECTION.header,
  'amqp:delivery-annotations:map': SECTION.deliveryAnnotations,
  'amqp:message-annotations:map': SECTION.messageAnnotations,
  'amqp:properties:list': SECTION.properties,
  'amqp:application-properties:map': SECTION.applicationProperties,
  'amqp:data:binary': SECTION.data,
  'amqp:amqp-sequence:list': SECTION.sequence,
  'amqp:amqp-value:*': SECTION.value,
  'amqp:footer:map': SECTION.footer,
};

const isBinaryType = (type: number): boolean => type === 0xa0 || type === 0xb0;

/** The required type of a section's value. Clients lose their connection over any other. */
const FITS: Readonly<Record<number, (type: number) => boolean>> = {
  [SECTION.header]: isListType,
  [SECTION.deliveryAnnotations]: isMapType,
  [SECTION.messageAnnotations]: isMapType,
  [SECTION.properties]: isListType,
  [SECTION.applicationProperties]: isMapType,
  [SECTION.data]: isBinaryType,
  [SECTION.sequence]: isListType,
  [SECTION.value]: () => true,
  [SECTION.footer]: isMapType,
};

/**
 * An encoded message split into sections, fields and entries, without decoding them: a broker passes a
 * sender's bytes on unchanged, with the types that the sender chose.
 */
export interface MessageSections {
  /** The fields of the header and of the properties; empty when the section is absent. */
  readonly header: readonly Buffer[];
  readonly properties: readonly Buffer[];
  /** Entries of maps, key and value in one, by key. */
  readonly messageAnnotations: ReadonlyMap<string, Buffer>;
  readonly applicationProperties: ReadonlyMap<string, Buffer>;
  /** The contents of the data sections. */
  readonly data: readonly Buffer[];
  /** The body and the footer. */
  readonly body: Buffer;
  /** Properties, application properties, body and footer: AMQP's bare message. */
  readonly bare: Buffer;
}

/** Throws an EncodingError when the bytes are not AMQP sections in their order. */
export function splitSections(message: Buffer): MessageSections {
  const found = new Map<number, EncodedValue>();
  const data: Buffer[] = [];
  let bareFrom = message.length;
  let bodyFrom = message.length;
  let last = 0;
  for (let start = 0; start < message.length;) {
    const section = readValue(message, start);
    const code = codeOf(section);
    const repeats = code === last && (code === SECTION.data || code === SECTION.sequence);
    if (code < last || (code === last && !repeats))
      throw new EncodingError('AMQP sections are not in their order');
    if (FITS[code]?.(section.type) !== true) {
      throw new EncodingError(`an AMQP section 0x${code.toString(16)} holds a value of another type`);
    }
    found.set(code, section);
    if (code === SECTION.data) data.push(contentOf(message, section));
    if (code >= SECTION.properties) bareFrom = Math.min(bareFrom, start);
    if (code >= SECTION.data) bodyFrom = Math.min(bodyFrom, start);
    last = code;
    start = section.end;
  }
  return {
    header: fieldsOf(message, found.get(SECTION.header)),
    properties: fieldsOf(message, found.get(SECTION.properties)),
    messageAnnotations: entriesOf(message, found.get(SECTION.messageAnnotations)),
    applicationProperties: entriesOf(message, found.get(SECTION.applicationProperties)),
    data,
    body: message.subarray(bodyFrom),
    bare: message.subarray(bareFrom),
  };
}

/** A section of that code from encoded fields. */
export function listSection(code: number, fields: readonly Buffer[]): Buffer {
  return compoundSection(code, 0xd0, fields.length, fields);
}

/** A section of that code from encoded entries, key and value in one. */
export function mapSection(code: number, entries: Iterable<Buffer>): Buffer {
  const parts = [...entries];
  return compoundSection(code, 0xd1, 2 * parts.length, parts);
}

/** A data section with that content. */
export function dataSection(content: Buffer): Buffer {
  const head = Buffer.from([0, 0x53, SECTION.data, 0xb0, 0, 0, 0, 0]);
  head.writeUInt32BE(content.length, 4);
  return Buffer.concat([head, content]);
}

function compoundSection(code: number, type: number, count: number, parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.set([0, 0x53, code, type]);
  head.writeUInt32BE(
    parts.reduce((sum, part) => sum + part.length, 4),
    4,
  );
  head.writeUInt32BE(count, 8);
  return Buffer.concat([head, ...parts]);
}

function codeOf({ descriptor }: EncodedValue): number {
  const code = typeof descriptor === 'string' ? BY_SYMBOL[descriptor] : descriptor;
  if (code === undefined || FITS[code] === undefined) {
    throw new EncodingError(`an AMQP message has no section '${descriptor}'`);
  }
  return code;
}

function contentOf(message: Buffer, { type, bodyAt, end }: EncodedValue): Buffer {
  return message.subarray(bodyAt + (type === 0xa0 ? 1 : 4), end);
}

function fieldsOf(message: Buffer, list: EncodedValue | undefined): Buffer[] {
  return list === undefined
    ? []
    : elementsOf(message, list).map(({ start, end }) => message.subarray(start, end));
}

function entriesOf(message: Buffer, map: EncodedValue | undefined): Map<string, Buffer> {
  const entries = new Map<string, Buffer>();
  const elements = map === undefined ? [] : elementsOf(message, map);
  for (let i = 0; i + 1 < elements.length; i += 2) {
    const [key, value] = [elements[i], elements[i + 1]];
    if (key === undefined || value === undefined) break;
    // Keys of other types, which AMQP reserves, are passed on and never ours.
    const name = textOf(message, key) ?? `#${message.toString('hex', key.start, key.end)}`;
    entries.set(name, message.subarray(key.start, value.end));
  }
  return entries;
}
