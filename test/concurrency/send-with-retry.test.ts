import { describe, expect, it } from 'vitest';
import { BlobmirrorError, type ErrorCode } from '../../src/model/errors.ts';
import type { HintMessage } from '../../src/model/hint-message.ts';
import { type ShardMessage } from '../../src/model/shard-message.ts';
import { TIME_BUDGETS } from '../../src/concurrency/time-budget.ts';
import { retryHintQueue, retryShardQueue } from '../../src/ports/retry-queues.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MESSAGE = { messageId: 'm' } as HintMessage;
const SHARD = { shard: 'c0' } as ShardMessage;

/** A queue that accepts nothing until a moment, and the outcome of a message that is sent to it at once. */
async function sendUntil(code: ErrorCode, opensAt: number) {
  const clock = new VirtualClock();
  let tries = 0;
  const told: string[] = [];
  const tell = (error: BlobmirrorError): void => void told.push(error.code);
  const send = async (): Promise<void> => {
    await Promise.resolve();
    tries++;
    if (clock.now() < opensAt) throw new BlobmirrorError(code, 'no');
  };
  const queue = retryHintQueue({ sendLater: send, deadLetter: send }, tell, clock);
  const shards = retryShardQueue({ send }, tell, clock);
  const results: unknown[] = [];
  const keep = (result: unknown): void => void results.push(result);
  void queue.sendLater(MESSAGE, 10).then(() => keep('sent'), keep);
  void queue.deadLetter(MESSAGE).then(() => keep('sent'), keep);
  void shards.send(SHARD).then(() => keep('sent'), keep);
  await clock.runUntil(() => results.length === 3);
  return { results, tries, told, tookMs: clock.now() };
}

describe('a message that the queue does not take', () => {
  it.each<[ErrorCode]>([['queue-unavailable'], ['queue-full'], ['queue-refused']])(
    'for %s is sent again until it does',
    async (code) => {
      const { results, tries, told, tookMs } = await sendUntil(code, 60_000);
      expect(told).toEqual([code, code, code]);
      expect(results).toEqual(['sent', 'sent', 'sent']);
      expect(tookMs).toBeLessThanOrEqual(75_000);
      expect(tries).toBeLessThan(30);
    },
  );

  it('is given back when that lasts, within the time-out of the function that holds it', async () => {
    const { results, tookMs } = await sendUntil('queue-full', Infinity);
    expect(results).toEqual(Array(3).fill(expect.objectContaining({ code: 'queue-full' })));
    expect(tookMs).toBeLessThanOrEqual(TIME_BUDGETS.sendRetry);
    expect(tookMs).toBeGreaterThan(TIME_BUDGETS.sendRetry / 2);
  });

  it('is given back at once when it is too large, since a retry cannot help', async () => {
    const { results, tries } = await sendUntil('message-too-large', Infinity);
    expect(results).toEqual(Array(3).fill(expect.objectContaining({ code: 'message-too-large' })));
    expect(tries).toBe(3);
  });

  it('is given back within seconds for an unknown error, which is reported at once', async () => {
    const { results, told, tookMs } = await sendUntil('unexpected', Infinity);
    expect(results).toEqual(Array(3).fill(expect.objectContaining({ code: 'unexpected' })));
    expect(told).toEqual(['unexpected', 'unexpected', 'unexpected']);
    expect(tookMs).toBeLessThan(5_000);
  });
});
