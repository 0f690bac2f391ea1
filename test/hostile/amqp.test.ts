import { ServiceBusClient } from '@azure/service-bus';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Broker, startBroker } from '@blobmirror/local';
import * as amqp from './support/amqp-bytes.ts';
import { anyFrame, anyMessage, anySaslFrame } from './support/any-amqp.ts';
import { AMQP_HEADER, errorOf, RawClient } from './support/raw-client.ts';

const QUEUE = 'events';
const NEIGHBOUR = 'neighbour';

interface Scene {
  readonly broker: Broker;
  /** Sends a message on a connection of its own, and receives it. */
  readonly expectHealthy: () => Promise<void>;
}

async function startScene(): Promise<Scene> {
  const definition = {
    lockDurationMs: 60_000,
    maxDeliveryCount: 10,
    defaultTimeToLiveMs: Infinity,
    deadLetterOnExpiration: true,
    duplicateDetectionWindowMs: 0,
  };
  const broker = await startBroker({
    port: 0,
    queues: [QUEUE, NEIGHBOUR].map((name) => ({ ...definition, name })),
  });
  const client = new ServiceBusClient(broker.connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 10_000 },
  });
  const sender = client.createSender(NEIGHBOUR);
  const receiver = client.createReceiver(NEIGHBOUR, { receiveMode: 'receiveAndDelete' });
  onTestFinished(async () => {
    await client.close();
    await broker.stop();
  });
  let sent = 0;
  return {
    broker,
    expectHealthy: async () => {
      const body = ++sent;
      await sender.sendMessages({ body });
      const received = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
      expect(received.map((each) => each.body as unknown)).toEqual([body]);
    },
  };
}

const address = amqp.string(QUEUE);
const sending = { role: amqp.boolean(false), source: amqp.source(amqp.NULL) };
const receiving = { role: amqp.boolean(true), target: amqp.target(amqp.NULL) };

/** Invalid attaches, with the text of the detach. */
const refusedLinks: Record<string, [parts: amqp.AttachParts, condition: string, description: RegExp]> = {
  'a sender without target': [sending, 'amqp:invalid-field', /no address in its target/],
  'a receiver without source': [receiving, 'amqp:invalid-field', /no address in its source/],
  'a null address to send to': [
    { ...sending, target: amqp.target(amqp.NULL) },
    'amqp:invalid-field',
    /no address in its target/,
  ],
  'a null address to receive from': [
    { ...receiving, source: amqp.source(amqp.NULL) },
    'amqp:invalid-field',
    /no address in its source/,
  ],
  'a dynamic target': [
    { ...sending, target: amqp.dynamic(0x29) },
    'amqp:not-implemented',
    /no dynamic nodes/,
  ],
  'a dynamic source': [
    { ...receiving, source: amqp.dynamic(0x28) },
    'amqp:not-implemented',
    /no dynamic nodes/,
  ],
  'a coordinator of transactions': [
    { ...sending, target: amqp.described(0x30, amqp.list()) },
    'amqp:not-implemented',
    /Transactions are not built/,
  ],
  'a target of another kind': [
    { ...sending, target: amqp.described(0x28, amqp.list(address)) },
    'amqp:invalid-field',
    /target is no target/,
  ],
  'an address that is a number': [
    { ...sending, target: amqp.target(amqp.uint(5)) },
    'amqp:invalid-field',
    /address is not of type string/,
  ],
  'a filter that is a text': [
    {
      ...receiving,
      source: amqp.source(address, ...Array.from({ length: 6 }, () => amqp.NULL), amqp.string('x')),
    },
    'amqp:invalid-field',
    /filter is not of type map/,
  ],
  'a queue that is not there': [
    { ...sending, target: amqp.target(amqp.string('constructor')) },
    'amqp:not-found',
    /could not be found/,
  ],
  'a scheme that Azure does not know': [
    { ...sending, target: amqp.target(amqp.string(`sb://host/${QUEUE}`)) },
    'amqp:invalid-field',
    /none of 'amqp' and 'amqps'/,
  ],
};

describe('an invalid link', () => {
  it.each(Object.entries(refusedLinks))('is refused alone, with a description: %s', async (_, refused) => {
    const [parts, condition, description] = refused;
    const { broker, expectHealthy } = await startScene();
    const client = await RawClient.withSession(broker.port);
    client.send(amqp.attach({ ...sending, name: amqp.string('good'), target: amqp.target(address) }));
    await client.next(amqp.PERFORMATIVE.flow);
    client.send(amqp.attach({ ...parts, name: amqp.string('bad'), handle: amqp.uint(4_000_000_000) }));
    const detach = await client.next(amqp.PERFORMATIVE.detach);
    expect(errorOf(detach?.fields[2])).toEqual({
      condition,
      description: expect.stringMatching(description) as string,
    });
    client.send(amqp.transfer({}, amqp.message('from the neighbour')));
    expect(await client.next(amqp.PERFORMATIVE.disposition)).toBeDefined();
    expect(broker.runtimeCounts(QUEUE).active).toBe(1);
    await expectHealthy();
  });
});

it('one link name may be that of a sender and a receiver, and the answers name both ends', async () => {
  const { broker } = await startScene();
  const client = await RawClient.withSession(broker.port);
  const name = amqp.string('both');
  const to = amqp.string(`amqps://127.0.0.1/${QUEUE}`);
  client.send(
    amqp.attach({
      role: amqp.boolean(false),
      name,
      source: amqp.source(amqp.string('me')),
      target: amqp.target(to),
    }),
    amqp.attach({
      role: amqp.boolean(true),
      name,
      handle: amqp.uint(1),
      source: amqp.source(to),
      target: amqp.target(amqp.string('me')),
    }),
  );
  const answers = [await client.next(amqp.PERFORMATIVE.attach), await client.next(amqp.PERFORMATIVE.attach)];
  for (const answer of answers) {
    expect(answer?.fields[0]).toBe('both');
    expect(answer?.fields.slice(5, 7).every((terminus) => terminus !== null)).toBe(true);
  }
  await client.next(amqp.PERFORMATIVE.flow);
  client.send(amqp.credit(1, 1), amqp.transfer({}, amqp.message('x')));
  expect(await client.next(amqp.PERFORMATIVE.transfer)).toBeDefined();
});

/** Frames that end the session. A link to send on has handle 0; there is no other. */
const endedSessions: Record<string, [frames: Buffer[], condition: string, description: RegExp]> = {
  'a transfer without attach': [
    [amqp.transfer({ handle: amqp.uint(9) }, amqp.message('x'))],
    'amqp:session:unattached-handle',
    /handle 9 has no link/,
  ],
  'a handle twice': [
    [amqp.attach({ ...sending, name: amqp.string('other'), target: amqp.target(address) })],
    'amqp:session:handle-in-use',
    /handle 0 has a link already/,
  ],
  'an attach without a name': [
    [amqp.attach({ ...sending, name: amqp.NULL, handle: amqp.uint(1), target: amqp.target(address) })],
    'amqp:invalid-field',
    /name is missing/,
  ],
  'deliveries out of order': [
    [amqp.transfer({}, amqp.message('x')), amqp.transfer({ id: amqp.uint(7) }, amqp.message('x'))],
    'amqp:invalid-field',
    /delivery-id 7 does not follow/,
  ],
  'a flow without windows': [[amqp.flow([amqp.uint(0)])], 'amqp:invalid-field', /incoming-window is missing/],
  'a flow for a link that is not there': [[amqp.credit(5, 1)], 'amqp:session:unattached-handle', /handle 5/],
  'a disposition of words': [
    [amqp.disposition([amqp.boolean(true), amqp.string('all')])],
    'amqp:invalid-field',
    /first is not of type uint/,
  ],
  'an outcome that is damaged': [
    [
      amqp.disposition([
        amqp.boolean(true),
        amqp.uint(0),
        amqp.uint(0),
        amqp.boolean(true),
        amqp.described(0x25, amqp.list(amqp.string('no'))),
      ]),
    ],
    'amqp:invalid-field',
    /state is damaged: error is no error/,
  ],
};

describe('a frame that ends a session', () => {
  it.each(Object.entries(endedSessions))(
    'ends it alone, with a description: %s',
    async (_, [frames, condition, description]) => {
      const { broker, expectHealthy } = await startScene();
      const client = await RawClient.withSession(broker.port);
      client.send(amqp.begin(1), amqp.attach({ ...sending, target: amqp.target(address) }, 1));
      await client.next(amqp.PERFORMATIVE.flow);
      client.send(amqp.attach({ ...sending, target: amqp.target(address) }));
      await client.next(amqp.PERFORMATIVE.flow);
      client.send(...frames);
      const end = await client.next(amqp.PERFORMATIVE.end);
      expect(errorOf(end?.fields[0])).toEqual({
        condition,
        description: expect.stringMatching(description) as string,
      });
      const before = broker.runtimeCounts(QUEUE).active;
      client.send(amqp.transfer({}, amqp.message('from the other session'), 1));
      expect(await client.next(amqp.PERFORMATIVE.disposition, end?.channel === 0 ? 1 : 0)).toBeDefined();
      expect(broker.runtimeCounts(QUEUE).active).toBe(before + 1);
      await expectHealthy();
    },
  );
});

/** Bytes that end the connection, after its open and a begin on channel 0. */
const closedConnections: Record<string, [bytes: Buffer, condition: string]> = {
  'a frame that is larger than allowed': [
    amqp.frame(0, amqp.described(0x14, amqp.list(amqp.binary(Buffer.alloc(70_000))))),
    'amqp:connection:framing-error',
  ],
  'a frame of a hundred megabytes': [
    Buffer.from([0x06, 0, 0, 0, 2, 0, 0, 0]),
    'amqp:connection:framing-error',
  ],
  'a frame of no size': [Buffer.alloc(8), 'amqp:connection:framing-error'],
  'a frame type that is not AMQP': [
    amqp.frame(0, amqp.described(0x18, amqp.list()), { type: 7 }),
    'amqp:connection:framing-error',
  ],
  'a body that is cut off': [amqp.frame(0, amqp.attach({}).subarray(8, 40)), 'amqp:decode-error'],
  'a body that is no performative': [amqp.frame(0, amqp.string('hello')), 'amqp:decode-error'],
  'a body that is no list': [amqp.frame(0, amqp.described(0x12, amqp.string('attach'))), 'amqp:decode-error'],
  'a body with a descriptor of words': [
    amqp.frame(0, Buffer.concat([Buffer.from([0]), amqp.symbol('constructor'), amqp.list()])),
    'amqp:decode-error',
  ],
  'SASL within AMQP': [
    amqp.frame(0, amqp.described(0x41, amqp.list(amqp.symbol('PLAIN')))),
    'amqp:decode-error',
  ],
  'four billion nulls': [
    amqp.frame(0, amqp.described(0x12, amqp.list(amqp.array(0x40, 0xffff_ffff, Buffer.alloc(0))))),
    'amqp:decode-error',
  ],
  'lists in lists': [
    amqp.frame(
      0,
      amqp.described(
        0x12,
        Array.from({ length: 200 }).reduce<Buffer>((inner) => amqp.list(inner), amqp.list()),
      ),
    ),
    'amqp:decode-error',
  ],
  'a channel without session': [amqp.attach({}, 77), 'amqp:not-found'],
  'a channel above the limit': [amqp.begin(60_000), 'amqp:connection:framing-error'],
  'a channel twice': [amqp.begin(0), 'amqp:not-allowed'],
  'a second open': [amqp.open(), 'amqp:illegal-state'],
};

describe('bytes that end a connection', () => {
  it.each(Object.entries(closedConnections))(
    'close it alone, with a description: %s',
    async (_, [bytes, condition]) => {
      const { broker, expectHealthy } = await startScene();
      const client = await RawClient.withSession(broker.port);
      client.send(bytes);
      const close = await client.next(amqp.PERFORMATIVE.close);
      expect(errorOf(close?.fields[0])).toEqual({ condition, description: expect.any(String) as string });
      await expectHealthy();
    },
  );

  it.each([
    ['no smaller frame than 512 bytes', amqp.open(amqp.uint(40)), /max-frame-size 40/],
    [
      'a time-out that no heart can follow',
      amqp.open(amqp.NULL, amqp.NULL, amqp.uint(1)),
      /idle-time-out 1 ms/,
    ],
    [
      'a time-out beyond the timers',
      amqp.open(amqp.NULL, amqp.NULL, amqp.uint(0xffff_ffff)),
      /idle-time-out/,
    ],
    ['a begin before the open', amqp.begin(), /begin has no place here/],
  ])('an open is answered with a description: %s', async (_, bytes, description) => {
    const { broker, expectHealthy } = await startScene();
    const client = await RawClient.connect(broker.port);
    client.sendHeader();
    client.send(bytes);
    const close = await client.next(amqp.PERFORMATIVE.close);
    expect(errorOf(close?.fields[0]).description).toMatch(description);
    await client.ended();
    await expectHealthy();
  });
});

it('settles all existing deliveries, and no others, for a range of four billion', async () => {
  const { broker, expectHealthy } = await startScene();
  const client = await RawClient.withSession(broker.port);
  await broker.send(QUEUE, { body: 1 });
  client.send(amqp.attach({ ...receiving, source: amqp.source(address) }), amqp.credit(0, 5));
  expect(await client.next(amqp.PERFORMATIVE.transfer)).toBeDefined();
  for (const role of [true, false]) {
    const range = [amqp.uint(0), amqp.uint(0xffff_ffff)];
    client.send(
      amqp.disposition([
        amqp.boolean(role),
        ...range,
        amqp.boolean(false),
        amqp.described(0x24, amqp.list()),
      ]),
    );
  }
  expect(await client.next(amqp.PERFORMATIVE.disposition)).toBeDefined();
  expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  await expectHealthy();
});

it('keeps nothing of a message without an end, and of an aborted one', async () => {
  const { broker } = await startScene();
  const client = await RawClient.withSession(broker.port);
  client.send(amqp.attach({ ...sending, target: amqp.target(address) }));
  await client.next(amqp.PERFORMATIVE.flow);
  const part = Buffer.alloc(60_000);
  for (let i = 0; i < 20; i++) client.send(amqp.transfer({ more: amqp.boolean(i < 19) }, part));
  const rejected = await client.next(amqp.PERFORMATIVE.disposition);
  expect(rejected?.fields[4]).toBeDefined();
  client.send(amqp.transfer({ id: amqp.uint(1), more: amqp.boolean(true) }, amqp.message('half')));
  client.send(amqp.transfer({ id: amqp.uint(1), aborted: amqp.boolean(true) }, Buffer.alloc(0)));
  client.send(amqp.transfer({ id: amqp.uint(2) }, amqp.message('whole')));
  expect(await client.next(amqp.PERFORMATIVE.disposition)).toMatchObject({ fields: [true, 2, 2, true, []] });
  expect(broker.runtimeCounts(QUEUE).active).toBe(1);
});

it('answers an unknown outcome with a description, and forgets deliveries that are settled without one', async () => {
  const { broker } = await startScene();
  const client = await RawClient.withSession(broker.port);
  for (const body of [1, 2]) await broker.send(QUEUE, { body });
  client.send(amqp.attach({ ...receiving, source: amqp.source(address) }), amqp.credit(0, 2));
  expect(await client.next(amqp.PERFORMATIVE.transfer)).toBeDefined();
  const settle = (id: number, state: Buffer, settled: boolean) =>
    amqp.disposition([amqp.boolean(true), amqp.uint(id), amqp.NULL, amqp.boolean(settled), state]);
  const transactional = amqp.described(0x34, amqp.list(amqp.binary(Buffer.from('txn'))));
  client.send(settle(1, amqp.NULL, true), settle(0, transactional, false));
  const answer = await client.next(amqp.PERFORMATIVE.disposition);
  expect(answer?.fields[1]).toBe(0);
  expect(JSON.stringify(answer?.fields[4])).toContain('The outcome 52 is not known here');
  // Both keep their locks.
  expect(broker.runtimeCounts(QUEUE).active).toBe(2);
});

it('the answers are the same however the bytes are split', async () => {
  const { broker } = await startScene();
  const bytes = Buffer.concat([
    AMQP_HEADER,
    amqp.open(),
    amqp.begin(),
    amqp.attach({ ...sending, target: amqp.target(address) }),
  ]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (cuts) => {
      const client = await RawClient.connect(broker.port);
      const at = [0, ...cuts, bytes.length].toSorted((a, b) => a - b);
      for (const [i, end] of at.entries()) {
        client.send(bytes.subarray(at[i - 1] ?? 0, end));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect((await client.next(amqp.PERFORMATIVE.flow))?.fields[6]).toBe(1_000);
      client.destroy();
    }),
    { numRuns: 40 },
  );
});

it('the process stays up and serves other clients, whatever comes before an open', async () => {
  const { broker, expectHealthy } = await startScene();
  const header = fc
    .tuple(fc.constantFrom(0, 0, 2, 3, 3, 9), fc.constantFrom(1, 1, 1, 0))
    .map(([protocol, major]) => Buffer.from([...Buffer.from('AMQP'), protocol, major, 0, 0]));
  await fc.assert(
    fc.asyncProperty(
      header,
      fc.array(fc.oneof(header, anySaslFrame(), anyFrame(QUEUE)), { maxLength: 6 }),
      async (first, more) => {
        const client = await RawClient.connect(broker.port);
        client.send(first, ...more);
        await expectHealthy();
        client.destroy();
      },
    ),
    { numRuns: 80 },
  );
});

it('the process stays up and serves other clients, whatever a client sends', async () => {
  const { broker, expectHealthy } = await startScene();
  await fc.assert(
    fc.asyncProperty(fc.array(anyFrame(QUEUE), { minLength: 1, maxLength: 12 }), async (frames) => {
      const client = await RawClient.withSession(broker.port);
      client.send(
        amqp.attach({ ...sending, target: amqp.target(address) }),
        amqp.attach({
          ...receiving,
          name: amqp.string('in'),
          handle: amqp.uint(1),
          source: amqp.source(address),
        }),
        amqp.credit(1, 100),
        ...frames,
      );
      await expectHealthy();
      client.destroy();
    }),
    { numRuns: 250 },
  );
});

it('every accepted message is delivered unchanged, and stops no client', async () => {
  const { broker } = await startScene();
  const client = new ServiceBusClient(broker.connectionString);
  onTestFinished(() => client.close());
  const receiver = client.createReceiver(QUEUE, { maxAutoLockRenewalDurationInMs: 0 });
  const raw = await RawClient.withSession(broker.port);
  raw.send(amqp.attach({ ...sending, target: amqp.target(address) }));
  await raw.next(amqp.PERFORMATIVE.flow);
  let id = 0;
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(anyMessage(), async (bytes) => {
      raw.send(amqp.transfer({ id: amqp.uint(id++) }, bytes));
      const answer = await raw.next(amqp.PERFORMATIVE.disposition);
      expect(answer?.fields[1]).toBe(id - 1);
      const { active } = broker.runtimeCounts(QUEUE);
      if (active === 0) return;
      taken++;
      const peeked = await receiver.peekMessages(5);
      expect(peeked.length).toBeGreaterThan(0);
      const [first] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
      if (first === undefined) throw new Error('the message did not come');
      // With properties of our own: the broker writes into the message.
      await receiver.abandonMessage(first, { huge: 1.5, why: 'again', none: null, when: new Date(0) });
      const [again] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
      if (again === undefined) throw new Error('the message did not come again');
      expect(again.deliveryCount).toBe(1);
      await receiver.completeMessage(again);
      expect(broker.runtimeCounts(QUEUE).active).toBe(0);
    }),
    { numRuns: 150 },
  );
  expect(taken).toBeGreaterThan(20);
});
