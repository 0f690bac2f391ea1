import { expect, it } from 'vitest';
import { coalesceBriefly } from '../../src/concurrency/coalesce.ts';

function bench(tookMs = 0) {
  const state = { now: 0, calls: 0, fails: false };
  const read = coalesceBriefly(
    async () => {
      await Promise.resolve();
      state.now += tookMs;
      if (state.fails) throw new Error('it failed');
      return ++state.calls;
    },
    () => state.now,
  );
  return { state, read };
}

it('concurrent callers share a call', async () => {
  const { read } = bench();
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
});

it('an answer is reused for a second', async () => {
  const { state, read } = bench();
  await read();
  state.now = 999;
  expect(await read()).toBe(1);
  state.now = 1000;
  expect(await read()).toBe(2);
});

it('a slow answer is reused for four times as long as it took, and half a minute at most', async () => {
  const slow = bench(5000);
  await slow.read();
  slow.state.now = 5000 + 19_999;
  expect(await slow.read()).toBe(1);
  slow.state.now = 5000 + 20_000;
  expect(await slow.read()).toBe(2);
  const slower = bench(60_000);
  await slower.read();
  slower.state.now += 30_000;
  expect(await slower.read()).toBe(2);
});

it('a failure is not reused', async () => {
  const { state, read } = bench();
  state.fails = true;
  await expect(read()).rejects.toThrow('it failed');
  state.fails = false;
  expect(await read()).toBe(1);
});
