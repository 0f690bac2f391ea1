import { describe, expect, it } from 'vitest';
import { type History, parseHistory, toProperties } from '../../src/model/hint-message.ts';
import type { BrowsedMessage, QueueBrowser } from '../../src/ports/dead-letter-queue.ts';
import { parseKey } from '../../src/model/key.ts';
import { readWaiting } from '../../src/status/read-waiting.ts';
import { NOTHING_SCANNED, type Stretch, withoutLeft } from '../../src/status/waiting-scan.ts';
import { cloudEvent, eventGridEvent } from '../events/samples.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const MINUTE = 60_000;
const ago = (minutes: number): Date => new Date(NOW.getTime() - minutes * MINUTE);
const FACTS = { type: 'Microsoft.Storage.BlobCreated', subject: 'x' };

/** A message with an event of so many minutes ago, and what earlier tries left. */
function message(
  minutes: number,
  history: Partial<History> = {},
  rest: Partial<BrowsedMessage> = {},
): BrowsedMessage {
  const event = eventGridEvent({ ...FACTS, data: { contentLength: 10 } });
  return {
    sequenceNumber: '1',
    messageId: 'm1',
    state: 'active',
    enqueuedAt: NOW,
    deliveryCount: 0,
    body: { ...event, eventTime: ago(minutes).toISOString() },
    applicationProperties: toProperties({ ...parseHistory({}, 'm1', NOW), ...history }),
    ...rest,
  };
}

function queueOf(...messages: readonly BrowsedMessage[]): QueueBrowser {
  return {
    browse: async function* () {
      for (const each of messages) {
        await Promise.resolve();
        yield [each];
      }
    },
  };
}

const later = { state: 'scheduled', scheduledFor: new Date(NOW.getTime() + MINUTE) } as const;

describe('the earliest change that waits', () => {
  it('is none when nothing waits', async () => {
    const { earliest, backlog } = await readWaiting(queueOf(), () => NOW);
    expect([earliest, backlog.messages, backlog.isComplete]).toEqual([undefined, 0, true]);
  });

  it('may be in a retry that joined the queue last', async () => {
    const retry = message(30, { attempts: 3 }, later);
    const { earliest } = await readWaiting(queueOf(message(5), message(4), retry), () => NOW);
    expect(earliest).toEqual(ago(30));
  });

  it('is that of the event, also when the message came much later', async () => {
    expect((await readWaiting(queueOf(message(90)), () => NOW)).earliest).toEqual(ago(90));
  });

  it('is not later than the message came, whatever a clock says', async () => {
    const seen = message(0, { firstSeen: new Date(NOW.getTime() + 90 * MINUTE) }, { body: 'junk' });
    expect((await readWaiting(queueOf(seen), () => NOW)).earliest).toEqual(NOW);
    const due = message(0, { mirrored: true, attempts: 1, firstSeen: new Date(NOW.getTime() + MINUTE) });
    expect((await readWaiting(queueOf(due), () => NOW)).earliest).toEqual(NOW);
  });

  it('is read in either schema, and the oldest of several in one message counts', async () => {
    const one = { ...cloudEvent({ ...FACTS, data: {} }), time: ago(20).toISOString() };
    const other = { ...cloudEvent({ ...FACTS, data: {} }), time: ago(10).toISOString() };
    const several = message(0, {}, { body: [other, one] });
    expect((await readWaiting(queueOf(several), () => NOW)).earliest).toEqual(ago(20));
  });

  it.each([['junk'], [{ eventType: 'x', eventTime: 'never' }], [[]], [null]])(
    'is when the message was first seen where it bears no time: %j',
    async (body) => {
      const firstSeen = ago(7);
      const { earliest } = await readWaiting(queueOf(message(0, { firstSeen }, { body })), () => NOW);
      expect(earliest).toEqual(firstSeen);
    },
  );

  it('is not that of a look to come at what was mirrored', async () => {
    const look = message(60, { mirrored: true, looks: 1 }, later);
    const { earliest, backlog } = await readWaiting(queueOf(look), () => NOW);
    expect([earliest, backlog.messages]).toEqual([undefined, 0]);
  });

  it('is when the key was last seen in step, where the look at it was put off during a pause', async () => {
    const look = message(60, { mirrored: true, looks: 1, holds: 3, firstSeen: ago(4) }, later);
    expect((await readWaiting(queueOf(look), () => NOW)).earliest).toEqual(ago(4));
  });

  it('is that of a look to come at what was not: a long copy or a walk goes on in it', async () => {
    const look = message(60, { mirrored: false, looks: 1 }, later);
    expect((await readWaiting(queueOf(look), () => NOW)).earliest).toEqual(ago(60));
  });

  it('is when a look was due that nobody took, and not when its event was', async () => {
    const look = message(60, { mirrored: true, looks: 1 }, { enqueuedAt: ago(3) });
    expect((await readWaiting(queueOf(look), () => NOW)).earliest).toEqual(ago(3));
  });

  it('is when the key was last seen in step, where the look at it fails', async () => {
    const look = message(60, { mirrored: true, looks: 1, attempts: 2, firstSeen: ago(4) }, later);
    expect((await readWaiting(queueOf(look), () => NOW)).earliest).toEqual(ago(4));
  });

  it('is not that of a look to come at a key that differs as yet: it is excepted by name', async () => {
    const held = [{ key: parseKey('photos', 'log'), reason: 'source-still-written' }] as const;
    const look = (rest: Partial<BrowsedMessage>) => message(60, { mirrored: true, looks: 1, held }, rest);
    const excepted = {
      count: 1,
      sample: [{ container: 'photos', path: 'log', reason: 'source-still-written' }],
    };
    const waits = await readWaiting(queueOf(look(later), look(later)), () => NOW);
    expect([waits.earliest, waits.held]).toEqual([undefined, excepted]);
    // Also while somebody has it in hand.
    const taken = await readWaiting(queueOf(look({ enqueuedAt: ago(0) })), () => NOW);
    expect([taken.earliest, taken.held]).toEqual([ago(0), excepted]);
  });

  it('names the first hundred keys that are held, and counts the others', async () => {
    const all = Array.from({ length: 150 }, (_, n) => {
      const held = [{ key: parseKey('photos', `log-${n}`), reason: 'source-still-changing' }] as const;
      return message(60, { mirrored: true, looks: 1, held }, later);
    });
    const { held } = await readWaiting(queueOf(...all), () => NOW);
    expect([held.count, held.sample.length]).toEqual([150, 100]);
  });

  it('is not that of a message on its way to the dead-letter queue: its key is excepted by name', async () => {
    const parked = message(60, { parked: true, attempts: 1 });
    expect(await readWaiting(queueOf(parked), () => NOW)).toMatchObject({ earliest: undefined, parked: 1 });
  });
});

describe('the backlog', () => {
  it('counts messages and the bytes that they tell of, by the age of the change', async () => {
    const all = [0, 4.9, 5, 14, 29, 119, 479, 1439, 1440, 5000].map((minutes) => message(minutes));
    const { backlog } = await readWaiting(queueOf(...all, message(1, { attempts: 1 }, later)), () => NOW);
    expect(backlog).toMatchObject({ messages: 11, scheduled: 1, bytes: 110, isComplete: true });
    expect(backlog.byAge.map(({ bucket, messages, bytes }) => [bucket, messages, bytes])).toEqual([
      ['0-5 min', 3, 30],
      ['5-10 min', 1, 10],
      ['10-15 min', 1, 10],
      ['15-30 min', 1, 10],
      ['30 min-2 h', 1, 10],
      ['2-8 h', 1, 10],
      ['8-24 h', 1, 10],
      ['more', 2, 20],
    ]);
  });

  it.each([-1, 1.5, '10', null])('takes %j for no length', async (contentLength) => {
    const body = eventGridEvent({ ...FACTS, data: { contentLength } });
    expect((await readWaiting(queueOf(message(0, {}, { body })), () => NOW)).backlog.bytes).toBe(0);
  });

  it.each([
    { maxMessages: 2, budgetMs: 60_000 },
    { maxMessages: 1000, budgetMs: 0 },
  ])('says that there is more where the limit is reached: %j', async (limits) => {
    const { backlog } = await readWaiting(queueOf(message(1), message(2), message(3)), () => NOW, { limits });
    expect(backlog.isComplete).toBe(false);
    expect(backlog.messages).toBeLessThan(3);
  });
});

describe('what is known of a long queue', () => {
  const stretch = (last: string, more: Partial<Stretch> = {}): Stretch => ({
    last,
    messages: 1,
    bytes: 0,
    parked: 0,
    active: 0,
    scheduled: null,
    ...more,
  });

  it('is kept of a stretch until its last message has left', () => {
    const scan = { ...NOTHING_SCANNED, next: '21', stretches: [stretch('9'), stretch('10'), stretch('20')] };
    const left = (firstActive: string) =>
      withoutLeft({ ...scan, firstActive }, NOW).stretches.map(({ last }) => last);
    // By number, not by spelling.
    expect(left('9')).toEqual(['9', '10', '20']);
    expect(left('10')).toEqual(['10', '20']);
    expect(left('11')).toEqual(['20']);
  });

  it('is kept of a scheduled message until it is due by any clock', () => {
    const due = (ms: number) => {
      const scheduled = { since: 0, due: NOW.getTime() + ms };
      const key = { container: 'photos', path: 'a', reason: 'x', sequenceNumber: '1', due: scheduled.due };
      const scan = {
        ...NOTHING_SCANNED,
        stretches: [stretch('5', { active: null, scheduled })],
        held: [key],
      };
      const { stretches, held } = withoutLeft({ ...scan, firstActive: '9' }, NOW);
      return [stretches.length, held.length];
    };
    expect(due(-MINUTE)).toEqual([1, 1]);
    expect(due(-MINUTE - 1)).toEqual([0, 0]);
  });

  it('is worth nothing once the queue was created anew, and numbers its messages from 1 again', async () => {
    const many = { messages: 60_000 };
    const stretches = [stretch('5500', many), stretch('5999', many)];
    const scan = { ...NOTHING_SCANNED, firstActive: '5000', next: '6000', stretches };
    const queue: QueueBrowser = {
      browse: async function* ({ from = '0' } = {}) {
        const page = [message(30, {}, { sequenceNumber: '3' })];
        yield await Promise.resolve(page.filter((each) => BigInt(each.sequenceNumber) >= BigInt(from)));
      },
    };
    const { earliest, backlog } = await readWaiting(queue, () => NOW, { scan });
    expect(earliest).toEqual(ago(30));
    expect(backlog.messages).toBe(1);
  });
});
