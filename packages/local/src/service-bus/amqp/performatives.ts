import { type EncodedValue, elementsOf, isListType, isMapType } from './encoded-value.ts';

/** Type of a field; `symbols` is one symbol or an array, `any` is not checked. */
type FieldType =
  | 'boolean'
  | 'ubyte'
  | 'ushort'
  | 'uint'
  | 'ulong'
  | 'string'
  | 'symbol'
  | 'symbols'
  | 'binary'
  | 'map'
  | 'any'
  | 'source'
  | 'target'
  | 'error'
  | 'outcome';

/** Fields by name, in the order of the specification; a name that ends with `!` is required. */
type Fields = ReadonlyArray<readonly [name: string, type: FieldType]>;

interface Composite {
  readonly name: string;
  readonly code: number;
  readonly fields: Fields;
}

/** The frame bodies that a client may send (AMQP 1.0, part 2, 2.7, and part 5, 5.3.3). */
const PERFORMATIVES: readonly Composite[] = [
  {
    name: 'open',
    code: 0x10,
    fields: [
      ['container-id!', 'string'],
      ['hostname', 'string'],
      ['max-frame-size', 'uint'],
      ['channel-max', 'ushort'],
      ['idle-time-out', 'uint'],
      ['outgoing-locales', 'symbols'],
      ['incoming-locales', 'symbols'],
      ['offered-capabilities', 'symbols'],
      ['desired-capabilities', 'symbols'],
      ['properties', 'map'],
    ],
  },
  {
    name: 'begin',
    code: 0x11,
    fields: [
      ['remote-channel', 'ushort'],
      ['next-outgoing-id!', 'uint'],
      ['incoming-window!', 'uint'],
      ['outgoing-window!', 'uint'],
      ['handle-max', 'uint'],
    ],
  },
  {
    name: 'attach',
    code: 0x12,
    fields: [
      ['name!', 'string'],
      ['handle!', 'uint'],
      ['role!', 'boolean'],
      ['snd-settle-mode', 'ubyte'],
      ['rcv-settle-mode', 'ubyte'],
      ['source', 'source'],
      ['target', 'target'],
      ['unsettled', 'map'],
      ['incomplete-unsettled', 'boolean'],
      ['initial-delivery-count', 'uint'],
      ['max-message-size', 'ulong'],
      ['offered-capabilities', 'symbols'],
      ['desired-capabilities', 'symbols'],
      ['properties', 'map'],
    ],
  },
  {
    name: 'flow',
    code: 0x13,
    fields: [
      ['next-incoming-id', 'uint'],
      ['incoming-window!', 'uint'],
      ['next-outgoing-id!', 'uint'],
      ['outgoing-window!', 'uint'],
      ['handle', 'uint'],
      ['delivery-count', 'uint'],
      ['link-credit', 'uint'],
      ['available', 'uint'],
      ['drain', 'boolean'],
      ['echo', 'boolean'],
      ['properties', 'map'],
    ],
  },
  {
    name: 'transfer',
    code: 0x14,
    fields: [
      ['handle!', 'uint'],
      ['delivery-id', 'uint'],
      ['delivery-tag', 'binary'],
      ['message-format', 'uint'],
      ['settled', 'boolean'],
      ['more', 'boolean'],
      ['rcv-settle-mode', 'ubyte'],
      ['state', 'any'],
      ['resume', 'boolean'],
      ['aborted', 'boolean'],
      ['batchable', 'boolean'],
    ],
  },
  {
    name: 'disposition',
    code: 0x15,
    fields: [
      ['role!', 'boolean'],
      ['first!', 'uint'],
      ['last', 'uint'],
      ['settled', 'boolean'],
      ['state', 'outcome'],
      ['batchable', 'boolean'],
    ],
  },
  {
    name: 'detach',
    code: 0x16,
    fields: [
      ['handle!', 'uint'],
      ['closed', 'boolean'],
      ['error', 'error'],
    ],
  },
  { name: 'end', code: 0x17, fields: [['error', 'error']] },
  { name: 'close', code: 0x18, fields: [['error', 'error']] },
  {
    name: 'sasl-init',
    code: 0x41,
    fields: [
      ['mechanism!', 'symbol'],
      ['initial-response', 'binary'],
      ['hostname', 'string'],
    ],
  },
  { name: 'sasl-response', code: 0x43, fields: [['response!', 'binary']] },
];

const TERMINUS: Fields = [
  ['address', 'string'],
  ['durable', 'uint'],
  ['expiry-policy', 'symbol'],
  ['timeout', 'uint'],
  ['dynamic', 'boolean'],
  ['dynamic-node-properties', 'map'],
];

/** The values of that type. An invalid outcome is answered later, when its link or session is known. */
const NESTED: Readonly<Partial<Record<FieldType, readonly Composite[]>>> = {
  source: [
    {
      name: 'source',
      code: 0x28,
      fields: [...TERMINUS, ['distribution-mode', 'symbol'], ['filter', 'map']],
    },
  ],
  target: [{ name: 'target', code: 0x29, fields: TERMINUS }],
  error: [
    {
      name: 'error',
      code: 0x1d,
      fields: [
        ['condition!', 'symbol'],
        ['description', 'string'],
        ['info', 'map'],
      ],
    },
  ],
  outcome: [
    { name: 'rejected', code: 0x25, fields: [['error', 'error']] },
    {
      name: 'modified',
      code: 0x27,
      fields: [
        ['delivery-failed', 'boolean'],
        ['undeliverable-here', 'boolean'],
        ['message-annotations', 'map'],
      ],
    },
  ],
};

const TYPE_CODES: Readonly<Partial<Record<FieldType, readonly number[]>>> = {
  boolean: [0x41, 0x42, 0x56],
  ubyte: [0x50],
  ushort: [0x60],
  uint: [0x43, 0x52, 0x70],
  ulong: [0x44, 0x53, 0x80],
  string: [0xa1, 0xb1],
  symbol: [0xa3, 0xb3],
  symbols: [0xa3, 0xb3, 0xe0, 0xf0],
  binary: [0xa0, 0xb0],
};

const NULL = 0x40;

/** A frame body: its kind, and the errors of its fields. */
export interface CheckedPerformative {
  readonly name: string;
  readonly problems: ReadonlyMap<string, string>;
}

/** Checks the field types of a frame body; undefined when it is not a frame body that clients may send. */
export function checkPerformative(bytes: Buffer, body: EncodedValue): CheckedPerformative | undefined {
  const composite = PERFORMATIVES.find((candidate) => describes(candidate, body.descriptor));
  if (composite === undefined || !isListType(body.type)) return undefined;
  const problems = new Map(problemsIn(bytes, body, composite.fields));
  return { name: composite.name, problems };
}

function* problemsIn(bytes: Buffer, list: EncodedValue, fields: Fields): Generator<[string, string]> {
  const values = elementsOf(bytes, list);
  for (const [i, [marked, type]] of fields.entries()) {
    const name = marked.replace('!', '');
    const value = values[i];
    if (value === undefined || (value.type === NULL && value.descriptor === undefined)) {
      if (marked !== name) yield [name, `${name} is missing`];
    } else {
      const problem = problemOf(bytes, value, type);
      if (problem !== undefined) yield [name, `${name} ${problem}`];
    }
  }
}

function problemOf(bytes: Buffer, value: EncodedValue, type: FieldType): string | undefined {
  if (type === 'any') return undefined;
  const nested = NESTED[type];
  if (nested === undefined) {
    const fits = type === 'map' ? isMapType(value.type) : TYPE_CODES[type]?.includes(value.type) === true;
    return fits && value.descriptor === undefined ? undefined : `is not of type ${type}`;
  }
  const composite = nested.find((candidate) => describes(candidate, value.descriptor));
  if (composite === undefined) {
    return type === 'outcome' && value.descriptor !== undefined ? undefined : `is no ${type}`;
  }
  if (!isListType(value.type)) return `is no ${type}`;
  const [first] = problemsIn(bytes, value, composite.fields);
  return first && `is damaged: ${first[1]}`;
}

function describes({ name, code }: Composite, descriptor: number | string | undefined): boolean {
  return descriptor === code || descriptor === `amqp:${name}:list`;
}
