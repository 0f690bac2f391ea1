import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toJsonBody } from '../../src/deadletter/browse-dead-letters.ts';
import { readDeadLetter } from '../../src/deadletter/read-dead-letter.ts';
import { readEventFacts } from '../../src/events/event-facts.ts';
import { MESSAGE_BOUNDS } from '../../src/events/parse-message.ts';
import { parseMessage } from '../../src/events/parse-message.ts';
import { BlobmirrorError, ERRORS, toBlobmirrorError } from '../../src/model/errors.ts';
import { keyText } from '../../src/model/key.ts';
import { ParkedMessageReceived } from '../../src/model/hint-message.ts';
import { parseShardMessage } from '../../src/model/shard-message.ts';
import { writeJson } from '../../src/model/write-json.ts';
import { cloudEvent, created, eventGridEvent } from '../events/samples.ts';
import { eventOf, HostileStage, type Outcome } from './support/hostile-stage.ts';
import { budget } from '../support/budgets.ts';

const PATH = 'hostile.txt';
const NOW = new Date();

/** JSON with this nesting, as text: a recursive function could not write it. */
function nested(depth: number, kind: 'array' | 'object' = 'array'): string {
  const [open, close] = kind === 'array' ? ['[', ']'] : ['{"a":', '}'];
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
}

const awkward = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('\uD800', '\uDFFFx', '\uFEFF', '\0', '1.1', '', 'x'.repeat(70_000)),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(1e308, -0, 2 ** 63, null, true, [], {}) },
);

const NAMES = fc.constantFrom(
  ...'id subject topic source eventType type eventTime time data data_base64 dataVersion metadataVersion specversion'.split(
    ' ',
  ),
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(5_000),
  '\uD800',
  '',
);

/** Members that the Functions host puts over its metadata of the message. */
const FORGED = fc.dictionary(
  fc.constantFrom(
    'messageId',
    'MessageID',
    'deliveryCount',
    'enqueuedTimeUtc',
    'applicationProperties',
    'userProperties',
  ),
  fc.oneof(
    awkward,
    fc.constantFrom<unknown>('outside-1', 1e15, '9999-12-31T23:59:59Z', {
      'blobmirror-parked': true,
      'blobmirror-root': 'outside-2',
      'blobmirror-attempts': 3,
    }),
  ),
  { maxKeys: 4 },
);

/** An event with members that have wrong types, are duplicated, nested deeply, or forged; as text. */
const spoilt = fc
  .record({
    event: fc.constantFrom(eventOf(PATH), cloudEvent(created(PATH, ''))),
    spoils: fc.dictionary(NAMES, awkward, { maxKeys: 4 }),
    forged: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: FORGED }),
    deep: fc.option(fc.tuple(fc.constantFrom('data', 'more'), fc.integer({ min: 1, max: 20_000 })), {
      freq: 3,
    }),
    twice: fc.boolean(),
  })
  .map(({ event, spoils, forged, deep, twice }) => {
    const text = JSON.stringify({ ...event, ...spoils, ...forged });
    const more = [
      ...(deep === null ? [] : [`"${deep[0]}":${nested(deep[1])}`]),
      ...(twice ? ['"subject":7,"n":1e999'] : []),
    ];
    return more.length === 0 ? text : `${text.slice(0, -1)},${more.join(',')}}`;
  });

const batch = fc.oneof(
  fc.array(fc.oneof(spoilt, fc.constant(JSON.stringify(eventOf(PATH))), fc.constant('null')), {
    maxLength: 5,
  }),
  fc.nat(9_000).map((length) => Array<string>(length).fill('{}')),
);

const bodies: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: spoilt },
  { weight: 2, arbitrary: batch.map((events) => `[${events.join(',')}]`) },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.uint8Array() },
  { weight: 1, arbitrary: fc.tuple(spoilt, fc.nat()).map(([text, at]) => text.slice(0, at % text.length)) },
  { weight: 1, arbitrary: spoilt.map((text) => `\uFEFF${text}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 30_000 }), fc.constantFrom('array' as const, 'object' as const))
      .map(([depth, kind]) => nested(depth, kind)),
  },
);

/** What a sender may write besides the body, valid or not. */
const properties = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc
        .constantFrom(
          'root',
          'attempts',
          'defects',
          'first-seen',
          'looks',
          'holds',
          'walk',
          'watch',
          'held',
          'code',
          'parked',
        )
        .map((name) => `blobmirror-${name}`),
      fc.oneof(
        fc.string(),
        fc.double(),
        fc.constantFrom<unknown>(true, 1e15, -1, '9999-12-31T23:59:59Z', 'x'.repeat(5_000)),
      ),
    ),
  },
);

/** What is wrong with the result of a message: nothing, if it is settled and readable for operators. */
function faultsIn({ dead, requests }: Outcome, events: number): string[] {
  const letters = dead.map((message) => ({ message, letter: readDeadLetter(message, 'events', NOW) }));
  return letters
    .flatMap(({ message, letter }) => {
      const line = JSON.stringify({ ...letter, messageBody: toJsonBody(message.body) });
      return [
        ...(Object.hasOwn(ERRORS, letter.code) ? [] : [`code ${letter.code}`]),
        ...(letter.hint === '' || letter.detail === '' ? [`no hint or detail of ${letter.code}`] : []),
        ...(letter.code === 'unexpected' ? [`unexpected: ${letter.detail}`] : []),
        ...(letter.detail.length > 1_100 ? ['an endless detail'] : []),
        ...(line.length > 3_000_000 ? ['an endless line'] : []),
      ];
    })
    .concat(dead.length > 3 + events ? [`${dead.length} letters`] : [])
    .concat(requests > 60 * events ? [`${requests} requests`] : []);
}

function refusalOf(value: unknown): BlobmirrorError {
  try {
    parseShardMessage(value);
  } catch (thrown) {
    return toBlobmirrorError(thrown);
  }
  throw new Error('it was taken for a shard');
}

describe('any message', () => {
  it('is settled in bounded deliveries and requests, as a readable dead letter, and later messages are mirrored', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, properties, fc.boolean(), async (hostile, forged, comesBy) => {
        const stage = new HostileStage();
        stage.comesByBeforeItExpires = comesBy;
        stage.send(hostile, forged);
        stage.write('normal.txt');
        // Each event of a batch is a check.
        const events = 8;
        const outcome = await stage.drain(events);
        expect(stage.isMirrored('normal.txt')).toBe(true);
        expect(faultsIn(outcome, events)).toEqual([]);
        // Nothing disappears without a dead letter, a check or a log line.
        const said = stage.log.lines.filter(({ message }) => message !== 'mirrored');
        expect(outcome.dead.length + said.length + outcome.requests).toBeGreaterThan(0);
        expect(() => readEventFacts(hostile)).not.toThrow();

        const again = outcome.dead.length;
        stage.replay();
        const replayed = await stage.drain(events);
        expect(faultsIn(replayed, events)).toEqual([]);
        expect(replayed.dead.length).toBeLessThanOrEqual(Math.max(again, events));
      }),
      { numRuns: budget(150) },
    );
  });

  it('is abandoned while the queue accepts nothing, and settled when the queue accepts messages again', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.integer({ min: 1, max: 8 }), async (hostile, refusals) => {
        const stage = new HostileStage();
        let left = refusals;
        stage.onSend = () => {
          if (left-- > 0) throw new BlobmirrorError('queue-unavailable', 'the queue is away');
        };
        stage.send(hostile);
        stage.write('normal.txt');
        const outcome = await stage.drain(8);
        expect(
          outcome.failures.map(({ code }) => code).filter((code) => code !== 'queue-unavailable'),
        ).toEqual([]);
        expect(stage.isMirrored('normal.txt')).toBe(true);
        expect(faultsIn(outcome, 8)).toEqual([]);
      }),
      { numRuns: budget(60) },
    );
  });

  it('is abandoned in a pause, and handled normally afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.integer({ min: 1, max: 3 }), async (hostile, pauses) => {
        const [paused, other] = [new HostileStage(), new HostileStage()];
        paused.pauses = pauses;
        for (const stage of [paused, other]) stage.send(hostile);
        const codesOf = ({ dead }: Outcome): string[] =>
          dead.map((message) => readDeadLetter(message, 'events', NOW).code).toSorted();
        const [after, straight] = [await paused.drain(8), await other.drain(8)];
        expect(after.failures).toEqual([]);
        expect(codesOf(after)).toEqual(codesOf(straight));
        expect(after.requests).toBe(straight.requests);
      }),
      { numRuns: budget(60) },
    );
  });

  it('is no shard, and the log line for it is short', () => {
    fc.assert(
      fc.property(bodies, (hostile) => {
        let value: unknown = hostile;
        if (typeof hostile === 'string')
          try {
            value = JSON.parse(hostile);
          } catch {
            // It is text.
          }
        const error = refusalOf(value);
        expect([error.code, error.message.length < 2_000]).toEqual(['message-not-shard', true]);
      }),
    );
  });
});

describe('a message beyond the limits', () => {
  it.each([
    ['nested 5,000 deep', nested(5_000), 'is nested 5,000 deep, and at most 64 is read'],
    ['objects that nest', nested(65, 'object'), 'is nested 65 deep'],
    [
      'an event whose data nest',
      JSON.stringify(eventOf(PATH)).replace('"PutBlob"', nested(5_000)),
      '5,002 deep',
    ],
    [
      'of 20,000 items',
      `[${Array<string>(20_000).fill('1').join()}]`,
      'holds 20,000 events, and at most 5,000',
    ],
    [
      'of 5,001 valid events',
      `[${Array<string>(5_001).fill('{"eventType":"x"}').join()}]`,
      'holds 5,001 events',
    ],
    ['longer than any event', `{"a":"${'x'.repeat(MESSAGE_BOUNDS.length)}"}`, 'characters long'],
  ])(
    '(%s) is one dead letter at the first attempt, which names the limit and the value',
    async (_what, text, detail) => {
      const stage = new HostileStage();
      stage.send(text);
      const { dead, deliveries, failures } = await stage.drain();
      expect([deliveries, failures, dead.length]).toEqual([1, [], 1]);
      const [message] = dead;
      if (message === undefined) throw new Error('there is a letter');
      expect(message.applicationProperties).toMatchObject({
        'blobmirror-code': 'message-out-of-bounds',
        'blobmirror-detail': expect.stringContaining(detail) as string,
        'blobmirror-hint': ERRORS['message-out-of-bounds'].hint,
        'blobmirror-attempts': 1,
      });
      // Nothing of it is lost.
      expect(writeJson(message.body)).toBe(writeJson(JSON.parse(text)));
      // Also for one that Service Bus gave up on, no reader fails.
      const given = readDeadLetter({ ...message, applicationProperties: {} }, 'events', NOW);
      expect(given).toMatchObject({
        code: 'message-out-of-bounds',
        hint: ERRORS['message-out-of-bounds'].hint,
      });
      expect(JSON.parse(JSON.stringify({ messageBody: toJsonBody(message.body) }))).toBeDefined();
    },
  );

  it('is read if it is just within the limits', () => {
    const levels = nested(MESSAGE_BOUNDS.depth - 2);
    const text = JSON.stringify(eventOf(PATH)).replace('"PutBlob"', levels);
    expect(parseMessage(JSON.parse(text), NOW).hints).toHaveLength(1);
    const { subject, eventType } = eventOf(PATH);
    const small = Array<unknown>(MESSAGE_BOUNDS.events)
      .fill(undefined)
      .map(() => ({ subject, eventType }));
    expect(parseMessage(small, NOW).hints).toHaveLength(MESSAGE_BOUNDS.events);
  });
});

describe('a message with many bad parts', () => {
  it('is one dead letter for each code, with all parts and their number, and its good events are mirrored', async () => {
    const stage = new HostileStage();
    const unnamed = { ...eventOf(''), subject: 'x', data: {} };
    const parts = [
      ...Array.from({ length: 500 }, () => ({ no: 'event' })),
      unnamed,
      ...Array<unknown>(499).fill(7),
      unnamed,
    ];
    stage.write('first.txt');
    const [{ body: first } = { body: '' }] = stage.queue.ready;
    stage.queue.ready.clear();
    stage.send(`[${JSON.stringify(parts).slice(1, -1)},${String(first)}]`);
    const { dead, deliveries } = await stage.drain();
    expect(stage.isMirrored('first.txt')).toBe(true);
    expect(deliveries).toBe(1);
    expect(
      dead.map((message) => [
        readDeadLetter(message, 'events', NOW).code,
        (message.body as unknown[]).length,
      ]),
    ).toEqual([
      ['message-not-event', 999],
      ['event-key-invalid', 2],
    ]);
    expect(dead[0]?.applicationProperties['blobmirror-detail']).toContain('999 parts of the message');
  });
});

describe('a batch that takes longer than an invocation may', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('continues in another message, and all of it is mirrored', async () => {
    const stage = new HostileStage();
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    stage.onLook = () => void (now += 20_000);
    const names = Array.from({ length: 21 }, (_, i) => `${i}.txt`);
    for (const name of names) stage.write(name);
    stage.queue.ready.clear();
    stage.send(JSON.stringify(names.map(eventOf)));
    const { deliveries, failures } = await stage.drain();
    expect([deliveries, failures]).toEqual([11, []]);
    expect(names.filter((name) => !stage.isMirrored(name))).toEqual([]);
  });
});

describe('an unknown error of the queue client', () => {
  const failing = (stage: HostileStage, fails: (how: string, event: unknown) => boolean): void => {
    stage.onSend = (how, { event }) => {
      if (fails(how, event)) throw new RangeError('Maximum call stack size exceeded');
    };
  };
  /** An event that is rechecked. */
  const growing = (path: string): object => ({ ...eventOf(path), data: { blobType: 'AppendBlob' } });

  it('dead-letters the event as unexpected, at once, with a log line, and does not affect other events', async () => {
    const stage = new HostileStage();
    failing(stage, (how, event) => how === 'sendLater' && JSON.stringify(event).includes('grows.txt'));
    stage.write('neighbour.txt');
    stage.queue.ready.clear();
    stage.send(JSON.stringify([growing('grows.txt'), eventOf('neighbour.txt')]));
    const { dead, deliveries, failures } = await stage.drain();
    expect([deliveries, failures]).toEqual([1, []]);
    expect(stage.isMirrored('neighbour.txt')).toBe(true);
    expect(dead.map((message) => readDeadLetter(message, 'events', NOW))).toMatchObject([
      { code: 'unexpected', path: 'grows.txt', detail: expect.stringContaining('RangeError') as string },
    ]);
    expect(stage.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: expect.stringContaining('could not be sent') as string,
      }),
    );
  });

  it('is avoided by sending bytes where the event cannot be written', async () => {
    const stage = new HostileStage();
    failing(stage, (_how, event) => !(event instanceof Uint8Array));
    stage.send(JSON.stringify(growing('grows.txt')));
    const { dead } = await stage.drain();
    expect(dead.map((message) => readDeadLetter(message, 'events', NOW))).toMatchObject([
      { code: 'unexpected', path: 'grows.txt' },
    ]);
  });

  it.each([
    ['that is unknown', new RangeError('Maximum call stack size exceeded'), 'RangeError'],
    ['of the event alone', new BlobmirrorError('message-too-large', 'too large'), 'too large'],
  ])('%s, against which nothing helps, does not affect other events', async (_what, error, told) => {
    const stage = new HostileStage();
    stage.onSend = () => {
      throw error;
    };
    stage.write('neighbour.txt');
    stage.queue.ready.clear();
    stage.send(JSON.stringify([growing('grows.txt'), eventOf('neighbour.txt')]));
    const { failures, dead } = await stage.drain();
    expect(failures.map(({ message }) => message)).toEqual(Array(10).fill(expect.stringContaining(told)));
    expect(stage.isMirrored('neighbour.txt')).toBe(true);
    expect(dead.map(({ deadLetterReason }) => deadLetterReason)).toEqual(['MaxDeliveryCountExceeded']);
  });

  it('abandons the message if nothing can be sent, and Service Bus dead-letters it in the end', async () => {
    const stage = new HostileStage();
    failing(stage, () => true);
    stage.send(JSON.stringify(growing('grows.txt')));
    stage.write('normal.txt');
    const { dead, deliveries, failures } = await stage.drain();
    expect([deliveries, failures.length, dead.length]).toEqual([11, 10, 1]);
    expect(stage.isMirrored('normal.txt')).toBe(true);
  });
});

describe('an event in a long outage', () => {
  it.each(['unexpected', 'content-mismatch'] as const)(
    'has its five attempts for %s afterwards',
    async (code) => {
      const stage = new HostileStage();
      const tries: string[] = [];
      stage.onLook = () => {
        const met = tries.length < 20 ? 'storage-unavailable' : code;
        tries.push(met);
        throw new BlobmirrorError(met, 'no');
      };
      stage.send(JSON.stringify(eventOf(PATH)));
      const { dead } = await stage.drain();
      expect(tries.filter((met) => met === code)).toHaveLength(5);
      expect(dead.map((message) => readDeadLetter(message, 'events', NOW))).toMatchObject([
        { code, attempts: 25 },
      ]);
    },
  );

  it('in a message of the former release, which does not count these separately, has at least four attempts', async () => {
    const stage = new HostileStage();
    let looks = 0;
    stage.onLook = () => {
      looks++;
      throw new TypeError('a defect');
    };
    stage.send(JSON.stringify(eventOf(PATH)), { 'blobmirror-attempts': 21, 'blobmirror-code': 'unexpected' });
    await stage.drain();
    expect(looks).toBe(4);
  });
});

describe('members of the body that the host puts over its metadata', () => {
  const forged = {
    messageId: 'the same for all',
    deliveryCount: 1,
    enqueuedTimeUtc: '9999-01-01T00:00:00Z',
    applicationProperties: { 'blobmirror-root': 'the same for all', 'blobmirror-attempts': 0 },
    userProperties: {},
  };

  it('do not give two events the same id, by which the queue would drop one', async () => {
    const stage = new HostileStage();
    for (const path of ['a.log', 'b.log'])
      stage.send(JSON.stringify({ ...eventOf(path), ...forged, subject: 'x', data: {} }));
    const { dead } = await stage.drain(2);
    expect(new Set(dead.map(({ messageId }) => messageId)).size).toBe(2);
  });

  it('do not make an endless chain', async () => {
    const stage = new HostileStage();
    stage.send(JSON.stringify({ ...eventOf('grows.txt'), ...forged, data: { blobType: 'AppendBlob' } }));
    const { dead } = await stage.drain();
    expect(dead).toEqual([]);
  });
});

describe('a message that claims to be parked but does not expire', () => {
  const parked = { 'blobmirror-parked': true };

  it('is abandoned once, and then handled like any other', async () => {
    const stage = new HostileStage();
    stage.write('normal.txt');
    const [normal] = stage.queue.ready;
    stage.queue.ready.clear();
    stage.send(normal?.body as Buffer, parked);
    const { failures, dead } = await stage.drain();
    expect(failures.map(({ message }) => message)).toEqual([new ParkedMessageReceived().message]);
    expect([stage.isMirrored('normal.txt'), dead]).toEqual([true, []]);
  });

  it('becomes a dead letter with that reason if it holds no event', async () => {
    const stage = new HostileStage();
    stage.send('{"no":"event"}', { ...parked, 'blobmirror-code': 'storage-rejected' });
    const { deliveries, dead } = await stage.drain();
    expect(deliveries).toBe(2);
    expect(dead.map((message) => readDeadLetter(message, 'events', NOW).code)).toEqual(['message-not-event']);
  });
});

describe('an event with changed fields', () => {
  const drift = fc.oneof(
    fc.constant(undefined),
    fc.constantFrom<unknown>('2', 1, '1.1', null, true, [], {}, '', 'a while ago', ['x'], { a: { b: 1 } }),
    fc.jsonValue().filter((value) => typeof value !== 'string'),
  );
  const named = created('a/Cat.jpg', 'https://myaccount.blob.core.windows.net/photos/a/Cat.jpg');

  it.each([
    [
      'the Event Grid schema',
      eventGridEvent(named),
      'topic eventTime id dataVersion metadataVersion eventType',
    ],
    [
      'CloudEvents',
      cloudEvent(named),
      'source time id specversion dataschema datacontenttype data_base64 type',
    ],
  ] as const)(
    'in %s is a hint of the same key, whichever members are missing, of another type or version',
    (_what, event, members) => {
      const names = fc.constantFrom(...members.split(' '));
      fc.assert(
        fc.property(
          fc.dictionary(names, drift),
          fc.dictionary(fc.constantFrom('api', 'eTag', 'contentLength', 'blobType', 'sequencer'), drift),
          fc.constantFrom<Record<string, unknown>>(
            {},
            { data: 7 },
            { data: null },
            { subject: 7 },
            { subject: '' },
          ),
          (changes, ofData, other) => {
            // A type that is text is valid: it says what is meant, or that it is not for us.
            for (const name of ['type', 'eventType'])
              if (typeof changes[name] === 'string') delete changes[name];
            const drifted = { ...event, data: { ...named.data, ...ofData }, ...changes, ...other };
            const body = JSON.parse(JSON.stringify(drifted)) as unknown;
            const { hints, rejected } = parseMessage(body, NOW);
            expect(rejected.map(({ error }) => error.message)).toEqual([]);
            expect(hints.map(({ keys }) => keys.map(keyText))).toEqual([['photos/a/Cat.jpg']]);
          },
        ),
      );
    },
  );

  it('without an id goes through its own chain, and is a dead letter like any other', async () => {
    const stage = new HostileStage();
    const { id: _, ...withoutId } = eventOf('grows.txt');
    stage.send(JSON.stringify({ ...withoutId, data: { blobType: 'AppendBlob' } }));
    stage.send(JSON.stringify({ ...withoutId, subject: '', data: {} }));
    const { dead } = await stage.drain(2);
    expect(dead.map((message) => readDeadLetter(message, 'events', NOW).code)).toEqual(['event-key-invalid']);
  });
});
