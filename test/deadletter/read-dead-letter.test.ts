import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJsonBody } from '../../src/deadletter/browse-dead-letters.ts';
import { readDeadLetter } from '../../src/deadletter/read-dead-letter.ts';
import type { DeadLetterQueueName } from '../../src/api/dead-letter.ts';
import { toProperties } from '../../src/model/hint-message.ts';
import type { BrowsedMessage } from '../../src/ports/dead-letter-queue.ts';
import { eventOf } from './support/dead-letter-bench.ts';

const now = new Date('2026-11-25T13:00:00Z');

function message(changes: Partial<BrowsedMessage> = {}): BrowsedMessage {
  return {
    sequenceNumber: '7',
    messageId: 'm7',
    state: 'active',
    enqueuedAt: new Date('2026-11-25T12:59:00Z'),
    deliveryCount: 0,
    body: eventOf('photos', 'ü/cat.jpg'),
    applicationProperties: {},
    ...changes,
  };
}

const history = {
  root: 'r',
  attempts: 20,
  firstSeen: new Date('2026-11-24T12:00:00Z'),
  looks: 0,
  unsettled: false,
  parked: true,
  lastError: { code: 'storage-unavailable', detail: 'no answer', hint: 'old hint' },
  firstError: { code: 'storage-throttled', detail: 'slow down' },
  replays: 2,
};

describe('a dead letter', () => {
  it('tells what the mirror knows of its event', () => {
    const deadLetter = readDeadLetter(
      message({ applicationProperties: toProperties(history), deadLetterReason: 'TTLExpiredException' }),
      'events',
      now,
    );
    expect(deadLetter).toEqual({
      id: 'events:7',
      queue: 'events',
      code: 'storage-unavailable',
      detail: 'no answer',
      hint: expect.stringContaining('did not answer') as string,
      event: 'Microsoft.Storage.BlobCreated',
      container: 'photos',
      path: 'ü/cat.jpg',
      attempts: 20,
      firstSeen: '2026-11-24T12:00:00.000Z',
      deadLetteredAt: '2026-11-25T12:59:00.000Z',
      ageMs: 60_000,
      firstError: { code: 'storage-throttled', detail: 'slow down' },
      lastError: { code: 'storage-unavailable', detail: 'no answer' },
      replays: 2,
    });
  });

  it('that failed once had its first error then, though older messages do not tell one', () => {
    const { firstError: _, ...older } = history;
    const read = (attempts: number) =>
      readDeadLetter(message({ applicationProperties: toProperties({ ...older, attempts }) }), 'events', now);
    expect(read(1).firstError).toEqual({ code: 'storage-unavailable', detail: 'no answer' });
    expect(read(2).firstError).toBeUndefined();
  });

  it.each([
    ['events', { deadLetterReason: 'MaxDeliveryCountExceeded' }, 'deliveries-exhausted'],
    ['events', { deadLetterReason: 'TTLExpiredException' }, 'message-expired'],
    ['events', { deadLetterReason: 'mine', deadLetterDescription: 'I did' }, 'dead-lettered-elsewhere'],
    ['events', {}, 'dead-lettered-elsewhere'],
    ['events', { body: 'poison' }, 'message-not-event'],
    ['events', { body: Buffer.from([0xff]) }, 'message-not-event'],
    ['events', { body: eventOf('photos', '') }, 'event-key-invalid'],
    ['reconcile', { body: { not: 'a shard' } }, 'message-not-shard'],
  ] as const)('of the queue %s with %o has the code %3$s', (queue, changes, code) => {
    expect(readDeadLetter(message(changes), queue, now).code).toBe(code);
  });

  it('says of a message that broke its deliveries what the last try that came back failed with', () => {
    const deadLetter = readDeadLetter(
      message({
        deliveryCount: 10,
        deadLetterReason: 'MaxDeliveryCountExceeded',
        applicationProperties: toProperties({ ...history, parked: false }),
      }),
      'events',
      now,
    );
    expect(deadLetter).toMatchObject({
      code: 'deliveries-exhausted',
      lastError: { code: 'storage-unavailable' },
    });
  });

  it('may have a property that is no number and has no text form', () => {
    const properties = { 'blobmirror-attempts': { toString: 0 } };
    const odd = message({ applicationProperties: properties, deliveryCount: 3 });
    expect(readDeadLetter(odd, 'events', now).attempts).toBe(3);
  });

  it('may be anything that anybody put there', () => {
    const properties = fc.dictionary(
      fc.oneof(fc.constantFrom(...Object.keys(toProperties(history))), fc.string()),
      fc.oneof(fc.anything(), fc.constantFrom('constructor', '__proto__', '\u001b[2J', 'x'.repeat(70_000))),
    );
    const body = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withTypedArray: true }),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.jsonValue(),
      fc.record({ eventType: fc.anything(), subject: fc.anything(), data: fc.anything() }),
      fc.constantFrom<unknown>(deep(20_000), 'x'.repeat(200_000), eventOf('photos', 'x'.repeat(5000))),
    );
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        fc.constantFrom<DeadLetterQueueName>('events', 'reconcile'),
        fc.record({
          body,
          applicationProperties: properties,
          messageId: text,
          enqueuedAt: fc.date({ noInvalidDate: false }),
          deadLetterReason: text,
          deadLetterDescription: text,
        }),
        (queue, changes) => {
          const deadLetter = readDeadLetter(message(changes), queue, now);
          const line = JSON.stringify({ ...deadLetter, messageBody: toJsonBody(changes.body) });
          expect(JSON.parse(line)).toMatchObject({ id: `${queue}:7` });
          const { path = '', ...short } = deadLetter;
          expect(path.length).toBeLessThanOrEqual(1024);
          expect(JSON.stringify(short).length).toBeLessThan(20_000);
          expect(`${deadLetter.code}${deadLetter.detail}${deadLetter.hint}${deadLetter.event}`).not.toMatch(
            /\p{Cc}/u,
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});

it('a message without a body has one in JSON, which is null', () => {
  expect([undefined, null, 'text', 0].map(toJsonBody)).toEqual([null, null, 'text', 0]);
});

function deep(levels: number): unknown {
  return JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
}
