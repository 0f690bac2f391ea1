import { describe, expect, it } from 'vitest';
import { Queue } from '../../../src/service-bus/queue/queue.ts';
import { transitions } from '../../../src/service-bus/queue/transitions.ts';
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
 * Settles 5,000 of this number of messages, then lets half of the rest expire: the processor time in milliseconds,
 * which a busy machine does not stretch, and the number left.
 */
function work(count: number): { cpuMs: number; left: number } {
  let now = 0;
  const queue = new Queue(
    defineQueue(),
    surroundings(() => now),
  );
  for (let i = 0; i < count; i++) queue.send(newMessage(`m${i}`, i % 2 === 0 ? 1_000 + i : undefined));
  const start = process.cpuUsage();
  for (let i = 0; i < 5_000; i++) {
    const delivery = queue.receive('main', 'lock');
    if (delivery?.lock === undefined) throw new Error('the queue ran dry');
    queue.settle(
      'main',
      delivery.lock.token,
      i % 3 === 0 ? { kind: 'abandon', properties: {} } : { kind: 'complete' },
    );
  }
  const { user, system } = process.cpuUsage(start);
  now = 1_000_000;
  queue.advance();
  return {
    cpuMs: (user + system) / 1000,
    left: queue.counts('main').active + queue.counts('deadLetter').active,
  };
}

describe('a queue of 100,000 messages', () => {
  it('delivers and settles at a cost that does not grow with their number, and counts correctly', () => {
    work(6_000);
    const small = work(6_000);
    const large = work(100_000);
    expect(large.left).toBe(100_000 - 3_333);
    // Seventeen times the messages: a scan per operation would take about seventeen times as long.
    expect(large.cpuMs).toBeLessThan(8 * small.cpuMs + 50);
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
