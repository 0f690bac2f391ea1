import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type History, parseHistory, toProperties } from '../../src/model/hint-message.ts';
import { parseKey } from '../../src/model/key.ts';
import type { BrowsedMessage, QueueBrowser } from '../../src/ports/dead-letter-queue.ts';
import { keepWaitingScan } from '../../src/status/keep-waiting-scan.ts';
import { readWaiting } from '../../src/status/read-waiting.ts';
import { WAITING_SCAN, WAITING_SCAN_DOCUMENT } from '../../src/status/waiting-scan.ts';
import { readDocument } from '../../src/documents/change-document.ts';
import { eventGridEvent } from '../events/samples.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { budget } from '../support/budgets.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-30T12:00:00Z');

interface Queued extends BrowsedMessage {
  /** Since when it holds the live point back, as the test knows. */
  readonly change: number;
  readonly key: string;
}

/** A queue as Service Bus documents it: what arrives, or becomes due, takes the next number. */
class ModelQueue {
  now = START;
  messages: Queued[] = [];
  reads = 0;
  #next = 1n;

  arrive(change: number, key: string, history: Partial<History> = {}, delayMs = 0): void {
    const enqueuedAt = new Date(this.now);
    const event = eventGridEvent({ type: 'Microsoft.Storage.BlobCreated', subject: 'x', data: {} });
    this.messages.push({
      sequenceNumber: String(this.#next++),
      messageId: 'm',
      state: delayMs > 0 ? 'scheduled' : 'active',
      enqueuedAt,
      ...(delayMs > 0 && { scheduledFor: new Date(this.now + delayMs) }),
      deliveryCount: 0,
      body: { ...event, eventTime: new Date(change).toISOString() },
      applicationProperties: toProperties({ ...parseHistory({}, 'm', enqueuedAt), ...history }),
      change,
      key,
    });
  }

  /** The workers settle the first active message, or put it off. */
  take(delayMs: number | undefined): void {
    const at = this.messages.findIndex(({ state }) => state === 'active');
    const [taken] = at < 0 ? [] : this.messages.splice(at, 1);
    if (taken === undefined || delayMs === undefined) return;
    const history = parseHistory(taken.applicationProperties, 'm', taken.enqueuedAt);
    this.arrive(taken.change, taken.key, { ...history, attempts: history.attempts + 1 }, delayMs);
  }

  pass(ms: number): void {
    this.now += ms;
    const due = this.messages.filter(({ scheduledFor }) => (scheduledFor?.getTime() ?? Infinity) <= this.now);
    this.messages = this.messages.filter((message) => !due.includes(message));
    for (const { scheduledFor: _due, ...message } of due)
      this.messages.push({
        ...message,
        state: 'active',
        sequenceNumber: String(this.#next++),
        enqueuedAt: new Date(this.now),
      });
  }

  get browser(): QueueBrowser {
    return {
      browse: async function* (this: ModelQueue, { from = '0' }: { readonly from?: string } = {}) {
        const page = this.messages.filter(({ sequenceNumber }) => BigInt(sequenceNumber) >= BigInt(from));
        for (const message of page) {
          await Promise.resolve();
          this.reads++;
          yield [message];
        }
      }.bind(this),
    };
  }

  /** The truth. */
  get earliest(): number {
    return Math.min(Infinity, ...this.messages.map(({ change }) => change));
  }
}

function bench(queue: ModelQueue, atOnce: number, sample: number) {
  const documents = new MemoryDocuments().through(immediately);
  const now = (): Date => new Date(queue.now);
  const limits = { maxMessages: atOnce, budgetMs: 60_000 };
  let isLong = false;
  const read = async () => {
    const found = await readDocument(documents, WAITING_SCAN_DOCUMENT, WAITING_SCAN);
    const scan = found.state === 'there' ? found.value : undefined;
    return await readWaiting(queue.browser, now, { limits, scan });
  };
  return {
    read,
    /** What the timer does each minute. */
    sample: async () => {
      await keepWaitingScan({ documents, events: queue.browser, now }, isLong, {
        limits,
        onward: { ...limits, maxMessages: sample },
      });
      const waiting = await read();
      isLong = !waiting.backlog.isComplete;
      return waiting;
    },
  };
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('arrive' as const),
      lateMs: fc.constantFrom(0, 0, 0, 90_000, 3_600_000),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('take' as const),
      delayMs: fc.constantFrom(undefined, undefined, 30_000, 600_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1000, 20_000, 200_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sample' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
);

describe('a queue that is longer than what one read reaches', () => {
  it('never hides an earlier change than the one that is told, whatever arrives late, is put off and becomes due', async () => {
    let known = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
        const queue = new ModelQueue();
        for (let i = 0; i < 30; i++) queue.arrive(START - (30 - i) * 1000, `k${i}`);
        const { read, sample } = bench(queue, 6, 12);
        const wrong: unknown[] = [];
        for (const each of steps) {
          if (each.do === 'arrive') queue.arrive(queue.now - each.lateMs, `k${queue.now}`);
          else if (each.do === 'take') queue.take(each.delayMs);
          else if (each.do === 'pass') queue.pass(each.ms);
          else {
            const { earliest, isEarliestKnown, backlog } = await (each.do === 'read' ? read() : sample());
            if (!isEarliestKnown) continue;
            known++;
            const isHidden = (earliest?.getTime() ?? Infinity) > queue.earliest;
            if (isHidden || backlog.messages > queue.messages.length) wrong.push({ each, earliest, backlog });
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: budget(2000) },
    );
    expect(known).toBeGreaterThan(100);
  });

  it('is known again after some samples, follows its head, and reads each message once', async () => {
    const queue = new ModelQueue();
    for (let i = 0; i < 500; i++) queue.arrive(START - (500 - i) * 1000, `k${i}`);
    const { sample } = bench(queue, 20, 200);
    const told: (number | undefined)[] = [];
    for (let minute = 0; minute < 10; minute++) {
      queue.pass(MINUTE);
      // As many come as are taken: the backlog stays.
      for (let i = 0; i < 50; i++) {
        queue.arrive(queue.now, `k${minute}-${i}`);
        queue.take(undefined);
      }
      const { earliest, isEarliestKnown } = await sample();
      told.push(isEarliestKnown ? (earliest?.getTime() ?? Infinity) : undefined);
    }
    // Long queues are cut into stretches, so the told time may be that of a message that has just left.
    expect(told.slice(0, 2)).toEqual([undefined, undefined]);
    expect(told.at(-1)).toBeLessThanOrEqual(queue.earliest);
    expect(told.at(-1)).toBeGreaterThan(queue.earliest - 250_000);
    expect(queue.reads).toBeLessThan(500 + 10 * 50 + 10 * 4 * 21);
  });

  it('keeps the names of keys that wait for a recheck, and those on their way to the dead-letter queue', async () => {
    const queue = new ModelQueue();
    const held = [{ key: parseKey('photos', 'log'), reason: 'source-still-written' }] as const;
    queue.arrive(START, 'log', { mirrored: true, looks: 1, held }, 30 * MINUTE);
    queue.arrive(START, 'poison', { parked: true });
    for (let i = 0; i < 60; i++) queue.arrive(START, `k${i}`);
    const { sample } = bench(queue, 10, 100);
    await sample();
    queue.pass(MINUTE);
    const long = await sample();
    expect(long).toMatchObject({ isEarliestKnown: true, parked: 1, held: { count: 1 } });
    expect(long.held.sample).toEqual([{ container: 'photos', path: 'log', reason: 'source-still-written' }]);
    // Its recheck becomes due and is taken with everything before it.
    queue.pass(30 * MINUTE);
    while (queue.messages.length > 0) queue.take(undefined);
    expect(await sample()).toMatchObject({
      earliest: undefined,
      isEarliestKnown: true,
      parked: 0,
      held: { count: 0 },
      backlog: { isComplete: true, messages: 0 },
    });
  });

  it('is known where nothing but rechecks and retries waits, and where the queue was created anew', async () => {
    const queue = new ModelQueue();
    for (let i = 0; i < 60; i++) queue.arrive(START - i * 1000, `k${i}`, { attempts: 1 }, 30 * MINUTE);
    const { sample } = bench(queue, 10, 40);
    const told: (number | undefined)[] = [];
    for (let minute = 0; minute < 4; minute++) {
      queue.pass(MINUTE);
      const { earliest, isEarliestKnown } = await sample();
      told.push(isEarliestKnown ? earliest?.getTime() : undefined);
    }
    expect(told).toEqual([undefined, undefined, queue.earliest, queue.earliest]);

    const anew = new ModelQueue();
    anew.arrive(START - MINUTE, 'first');
    queue.messages = anew.messages;
    expect(await sample()).toMatchObject({ isEarliestKnown: true, earliest: new Date(START - MINUTE) });
  });
});
