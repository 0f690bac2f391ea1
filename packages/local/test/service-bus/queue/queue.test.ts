import { describe, expect, it } from 'vitest';
import { Queue } from '../../../src/service-bus/queue/queue.ts';
import { transitions } from '../../../src/service-bus/queue/transitions.ts';
import { countBlocks } from '../../support/count-blocks.ts';
import { defineQueue } from '../../support/test-broker.ts';

const surroundings = (now: () => number) => ({
  now,
  record: () => undefined,
  active: () => undefined,
  due: () => undefined,
});

const newMessage = (messageId: string, timeToLiveMs?: number) => ({
  messageId,
  content: Buffer.from(messageId),
  timeToLiveMs,
  scheduledFor: undefined,
});

/**
 * Settles 5,000 of this number of messages, then lets half of the rest expire: how often the blocks of its code ran
 * for the former, and the number left.
 */
function work(count: number): { blocks: number; left: number } {
  let now = 0;
  const queue = new Queue(
    defineQueue(),
    surroundings(() => now),
  );
  for (let i = 0; i < count; i++) queue.send(newMessage(`m${i}`, i % 2 === 0 ? 1_000 + i : undefined));
  const blocks = countBlocks('/service-bus/queue/', () => {
    for (let i = 0; i < 5_000; i++) {
      const delivery = queue.receive('main', 'lock');
      if (delivery?.lock === undefined) throw new Error('the queue ran dry');
      queue.settle(
        'main',
        delivery.lock.token,
        i % 3 === 0 ? { kind: 'abandon', properties: {} } : { kind: 'complete' },
      );
    }
  });
  now = 1_000_000;
  queue.advance();
  return {
    blocks,
    left: queue.counts('main').active + queue.counts('deadLetter').active,
  };
}

describe('a queue of 100,000 messages', () => {
  it('delivers and settles at a cost that does not grow with their number, and counts correctly', () => {
    const small = work(6_000);
    const large = work(100_000);
    expect(large.left).toBe(100_000 - 3_333);
    // Seventeen times the messages: a scan per operation would be about seventeen times as many.
    expect(large.blocks).toBeLessThan(2 * small.blocks);
  });
});

describe('the table of transitions', () => {
  it('lets a message be settled only while it is locked', () => {
    for (const [state, row] of Object.entries(transitions)) {
      const settles = [row.complete, row.abandon, row.defer, row['dead-letter'], row['lose-lock']];
      const locked = state === 'locked' || state === 'deferred-locked';
      expect(settles.every((destination) => (destination !== 'refused') === locked)).toBe(true);
    }
  });

  it('lets only an active message expire', () => {
    const expiring = Object.entries(transitions).filter(([, row]) => row.expire !== 'refused');
    expect(expiring.map(([state]) => state)).toEqual(['active']);
  });
});

describe('a dead letter', () => {
  it('stays in its queue, however often it is delivered, and cannot be dead-lettered again', () => {
    const queue = new Queue(
      defineQueue({ maxDeliveryCount: 1 }),
      surroundings(() => 0),
    );
    const settle = (name: 'main' | 'deadLetter', kind: 'abandon' | 'dead-letter') => {
      const token = queue.receive(name, 'lock')?.lock?.token ?? '';
      const result = queue.settle(name, token, { kind, properties: {} });
      if (result === 'refused') queue.settle(name, token, { kind: 'release' });
      return result;
    };
    queue.send(newMessage('m'));
    const { token = '' } = queue.receive('main', 'lock')?.lock ?? {};
    queue.settle('main', token, { kind: 'dead-letter', properties: { DeadLetterReason: 'mine' } });
    for (let i = 0; i < 5; i++) expect(settle('deadLetter', 'abandon')).toBe('settled');
    expect(settle('deadLetter', 'dead-letter')).toBe('refused');
    const [entry] = queue.peek('deadLetter', 0, 10);
    expect(entry?.message.properties).toEqual({ DeadLetterReason: 'mine' });
    expect([entry?.state, entry?.message.deliveryCount]).toEqual(['active', 5]);
  });
});

it('a queue that was emptied goes on numbering after a restart', () => {
  const queue = new Queue(
    defineQueue(),
    surroundings(() => 0),
  );
  expect([queue.send(newMessage('a')), queue.send(newMessage('b'))]).toEqual([1, 2]);
  while (queue.receive('main', 'take') !== undefined);
  const again = new Queue(
    defineQueue(),
    surroundings(() => 0),
  );
  for (const record of queue.snapshot()) again.replay(record);
  expect(again.send(newMessage('c'))).toBe(3);
});
