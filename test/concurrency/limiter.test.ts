import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLimiter, createWorkerPool, forEachLimited } from '../../src/concurrency/limiter.ts';

/** Work that counts how much of it runs at once. */
function gauge() {
  let running = 0;
  const seen = { most: 0 };
  const work = async (): Promise<void> => {
    seen.most = Math.max(seen.most, ++running);
    await nextTurn();
    running--;
  };
  return { seen, work };
}

const TEN = Array.from({ length: 10 }, (_, i) => i);

it('a limiter runs no more than its size at a time', async () => {
  const { seen, work } = gauge();
  const limit = createLimiter(3);
  await Promise.all(TEN.map(async () => await limit(work)));
  expect(seen.most).toBe(3);
});

it('a limiter gives the place of work that failed to the next', async () => {
  const limit = createLimiter(1);
  await expect(limit(async () => await Promise.reject(new Error('it failed')))).rejects.toThrow('it failed');
  const waiting = limit(async () => await Promise.reject(new Error('it failed, too')));
  const next = limit(async () => await Promise.resolve('next'));
  await expect(waiting).rejects.toThrow('it failed, too');
  expect(await next).toBe('next');
});

describe('work on each item', () => {
  it('is begun in order, and no more than the size at a time', async () => {
    const { seen, work } = gauge();
    const begun: number[] = [];
    await forEachLimited(TEN, 4, async (item) => {
      begun.push(item);
      await work();
    });
    expect([begun, seen.most]).toEqual([TEN, 4]);
  });

  it('stops after false, when it is over, and after an error, which it throws', async () => {
    const begun: number[] = [];
    const isLow = async (item: number): Promise<boolean> => await Promise.resolve(begun.push(item) < 3);
    await forEachLimited(TEN, 1, isLow);
    expect(begun).toEqual([0, 1, 2]);
    await forEachLimited(TEN, 1, isLow, () => true);
    expect(begun).toEqual([0, 1, 2, 0]);
    const fail = async (item: number): Promise<void> =>
      await Promise.reject(new Error(`${begun.push(item)}`));
    await expect(forEachLimited(TEN, 1, fail)).rejects.toThrow('5');
    expect(begun).toHaveLength(5);
    // Nor by the others at work.
    const first = Promise.withResolvers<void>();
    begun.length = 0;
    const failing = forEachLimited(TEN, 2, async (item) => {
      begun.push(item);
      if (item === 0) throw new Error('it failed');
      await first.promise;
    });
    await nextTurn();
    first.resolve();
    await expect(failing).rejects.toThrow('it failed');
    expect(begun).toEqual([0, 1]);
  });
});

describe('a worker pool', () => {
  it('makes the caller wait while it is full', async () => {
    const { seen, work } = gauge();
    const pool = createWorkerPool(2);
    for (const _ of TEN) await pool.start(work);
    await pool.finish();
    expect(seen.most).toBe(2);
  });

  it('fails with the first error, and begins nothing after it', async () => {
    const pool = createWorkerPool(1);
    await pool.start(async () => await Promise.reject(new Error('first')));
    let isBegun = false;
    const second = pool.start(async () => {
      isBegun = await Promise.resolve(true);
    });
    await expect(second).rejects.toThrow('first');
    await expect(pool.finish()).rejects.toThrow('first');
    expect(isBegun).toBe(false);
  });
});
