import fc from 'fast-check';
import * as amqp from './amqp-bytes.ts';

/** Numbers that often break readers. */
const edgeNumber = fc.constantFrom(0, 1, 2, 77, 255, 65_535, 2 ** 31 - 1, 2 ** 31, 0xffff_ffff);

const fixedTypes: ReadonlyArray<readonly [code: number, width: number]> = [
  [0x40, 0],
  [0x41, 0],
  [0x43, 0],
  [0x44, 0],
  [0x45, 0],
  [0x50, 1],
  [0x51, 1],
  [0x53, 1],
  [0x54, 1],
  [0x60, 2],
  [0x61, 2],
  [0x70, 4],
  [0x71, 4],
  [0x72, 4],
  [0x73, 4],
  [0x74, 4],
  [0x80, 8],
  [0x81, 8],
  [0x82, 8],
  [0x83, 8],
  [0x84, 8],
  [0x94, 16],
  [0x98, 16],
];

const fixed = fc
  .constantFrom(...fixedTypes)
  .chain(([code, width]) =>
    fc
      .oneof(
        fc.uint8Array({ minLength: width, maxLength: width }),
        fc.constant(new Uint8Array(width).fill(0xff)),
      )
      .map((bytes) => Buffer.from([code, ...bytes])),
  );

const text = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', ''));

const sized = fc.oneof(
  text.map((value) => amqp.string(value)),
  text.map((value) => amqp.symbol(value)),
  fc.uint8Array({ maxLength: 40 }).map((value) => amqp.binary(value)),
);

/** A value of any type, mostly well formed. */
const anyValue: fc.Arbitrary<Buffer> = fc.letrec<{ value: Buffer }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fixed,
    sized,
    fc.array(tie('value'), { maxLength: 4 }).map((items) => amqp.list(...items)),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map((entries) => amqp.map(...entries.flat())),
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), tie('value'))
      .map(([code, value]) => amqp.described(code, value)),
    fc
      .tuple(
        fc.constantFrom(0x40, 0x41, 0x71, 0x98, 0xa1, 0xf0),
        edgeNumber,
        fc.uint8Array({ maxLength: 20 }),
      )
      .map(([type, count, content]) => amqp.array(type, count, content)),
  ),
})).value;

const uint = edgeNumber.map((value) => amqp.uint(value));
const flag = fc.boolean().map((value) => amqp.boolean(value));
const outcome = fc
  .tuple(fc.constantFrom(0x23, 0x24, 0x25, 0x26, 0x27, 0x34, 0x99), fc.array(anyValue, { maxLength: 3 }))
  .map(([code, fields]) => amqp.described(code, amqp.list(...fields)));

/** A valid field, none, or one of any type. */
const maybe = (field: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 60, arbitrary: field },
    { weight: 1, arbitrary: fc.constant(amqp.NULL) },
    { weight: 1, arbitrary: anyValue },
  );

const handle = fc.constantFrom(0, 0, 1, 1, 2, 3, 0xffff_ffff).map((value) => amqp.uint(value));

function terminus(code: number, queue: string): fc.Arbitrary<Buffer> {
  const address = fc.constantFrom(
    queue,
    '$cbs',
    `${queue}/$management`,
    `${queue}/$deadletterqueue`,
    'toString',
  );
  const fields = fc.tuple(
    maybe(address.map((value) => amqp.string(value))),
    maybe(uint),
    maybe(fc.constant(amqp.symbol('never'))),
    maybe(uint),
    maybe(flag),
    maybe(fc.constant(amqp.map())),
    maybe(fc.constant(amqp.symbol('copy'))),
    maybe(fc.constant(amqp.map())),
  );
  return maybe(fields.map((values) => amqp.described(code, amqp.list(...values))));
}

/** Frames of a client that ignores the protocol, on a session of channel 0 with links at handles 0 and 1. */
export function anyFrame(queue: string): fc.Arbitrary<Buffer> {
  const channel = fc.constantFrom(...Array.from({ length: 30 }, () => 0), 1, 2, 65_535);
  const name = fc.constantFrom('link', 'in', '__proto__', 'toString').map((value) => amqp.string(value));
  const none = fc.constant(amqp.NULL);
  const mode = fc.constantFrom(0, 1, 2).map(amqp.ubyte);
  const tag = fc.uint8Array({ maxLength: 33 }).map((bytes) => amqp.binary(bytes));
  const format = fc.constantFrom(0, 0, 0, 0x8001_3700, 5).map(amqp.uint);
  const more = fc.constantFrom(false, false, true).map(amqp.boolean);
  const seldom = fc.nat(9).map((value) => amqp.boolean(value === 0));
  const id = fc.constantFrom(0, 0, 1, 2).map(amqp.uint);
  const ends = [terminus(0x28, queue), terminus(0x29, queue)];
  const transfer = [handle, id, tag, format, flag, more];
  // With weights: a frame that ends the session or the connection hides the rest.
  const bodies: ReadonlyArray<
    readonly [code: number, weight: number, fields: ReadonlyArray<fc.Arbitrary<Buffer>>]
  > = [
    [0x10, 1, [sized, sized, uint, anyValue, uint]],
    [0x11, 1, [none, uint, uint, uint, uint]],
    [0x12, 8, [name, handle, flag, mode, mode, ...ends, none, flag, uint]],
    [0x13, 8, [uint, uint, uint, uint, handle, uint, uint, uint, flag, flag]],
    [0x14, 16, transfer],
    [0x14, 8, [...transfer, none, none, seldom, seldom]],
    [0x15, 8, [flag, uint, uint, flag, outcome]],
    [0x16, 2, [handle, flag, anyValue]],
    [0x17, 1, [anyValue]],
    [0x18, 1, [anyValue]],
  ];
  const wellFormed = fc.oneof(
    ...bodies.map(([code, weight, fields]) => ({
      weight,
      arbitrary: fc
        .tuple(channel, fc.tuple(...fields.map(maybe)), anyMessage(), fc.nat(40))
        .map(([on, values, message, count]) => {
          const body = amqp.list(...(count < 3 ? values.slice(0, count) : values));
          const payload = code === 0x14 ? message : Buffer.alloc(0);
          return amqp.frame(on, amqp.described(code, body), { payload });
        }),
    })),
  );
  const damaged = fc.tuple(wellFormed, fc.nat(200), fc.nat(255)).map(([frame, at, byte]) => {
    const bytes = Buffer.from(frame);
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  const cut = fc.tuple(wellFormed, fc.nat(200)).map(([frame, length]) => {
    const bytes = Buffer.from(frame.subarray(0, Math.max(9, length % frame.length)));
    bytes.writeUInt32BE(bytes.length);
    return bytes;
  });
  const junk = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof(
    { weight: 40, arbitrary: wellFormed },
    { weight: 2, arbitrary: damaged },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: junk },
  );
}

/** Messages of sections of every kind, mostly such that they are accepted. */
export function anyMessage(): fc.Arbitrary<Buffer> {
  const entries = (key: (name: string) => Buffer, names: readonly string[]) =>
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...names), text), anyValue), { maxLength: 3 })
      .map((pairs) => amqp.map(...pairs.flatMap(([name, value]) => [key(name), value])));
  const section = (code: number, value: fc.Arbitrary<Buffer>) =>
    fc
      .oneof({ weight: 20, arbitrary: value }, { weight: 1, arbitrary: anyValue })
      .map((bytes) => amqp.described(code, bytes));
  const optional = (arbitrary: fc.Arbitrary<Buffer>) => fc.oneof(arbitrary, fc.constant(Buffer.alloc(0)));
  const header = fc
    .tuple(
      maybe(flag),
      maybe(fc.nat(255).map(amqp.ubyte)),
      maybe(fc.constantFrom(60_000, 0xffff_ffff).map(amqp.uint)),
    )
    .map((fields) => amqp.list(...fields));
  const properties = fc
    .tuple(maybe(fc.oneof(sized, fixed)), fc.array(anyValue, { maxLength: 2 }))
    .map(([id, others]) => amqp.list(id, ...others));
  const annotations = entries(amqp.symbol, [
    'x-opt-partition-key',
    'x-opt-enqueued-time',
    'x-opt-locked-until',
    'x-opt-message-state',
    'x-opt-deadletter-source',
    'x-opt-scheduled-enqueue-time',
  ]);
  const data = fc.uint8Array({ maxLength: 50 }).map((bytes) => amqp.binary(bytes));
  const sequence = fc.array(anyValue, { maxLength: 3 }).map((items) => amqp.list(...items));
  const body = fc.oneof(
    section(0x75, data),
    section(0x76, sequence),
    section(0x77, anyValue),
    fc.constant(Buffer.alloc(0)),
  );
  return fc
    .tuple(
      optional(section(0x70, header)),
      optional(section(0x72, annotations)),
      optional(section(0x73, properties)),
      optional(section(0x74, entries(amqp.string, ['DeadLetterReason', 'huge', 'why']))),
      body,
    )
    .map((sections) => Buffer.concat(sections));
}

/** Steps of a login, with fields of any type. */
export function anySaslFrame(): fc.Arbitrary<Buffer> {
  const mechanism = fc
    .constantFrom('PLAIN', 'ANONYMOUS', 'MSSBCBS', 'EXTERNAL', 'constructor')
    .map((name) => amqp.symbol(name));
  const response = fc
    .oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(Buffer.from('\0name\0key')))
    .map((bytes) => amqp.binary(bytes));
  return fc
    .tuple(fc.constantFrom(0x41, 0x41, 0x41, 0x43, 0x44, 0x40), fc.tuple(maybe(mechanism), maybe(response)))
    .map(([code, fields]) => amqp.frame(0, amqp.described(code, amqp.list(...fields)), { type: 1 }));
}
