import { expect, it, vi } from 'vitest';
import { settledOrAborted, startTimeBudget, waitAtMost, within } from '../../src/concurrency/deadline.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const NEVER = new Promise<never>(() => {});

it('returns the outcome of work that ends in time, and rejects otherwise', async () => {
  const clock = new VirtualClock();
  const late = () => new Error('late');
  expect(await within(5, Promise.resolve(1), late, clock)).toBe(1);
  await expect(within(5, Promise.reject(new Error('own')), late, clock)).rejects.toThrow('own');
  let failure: unknown;
  within(5, NEVER, late, clock).catch((error: unknown) => (failure = error));
  await clock.runUntil(() => failure !== undefined);
  expect([clock.now(), failure]).toEqual([5, new Error('late')]);
  expect(await within(Infinity, Promise.resolve(2), late, clock)).toBe(2);
  // A timer of Node's of no end would end at once.
  const after = vi.spyOn(clock, 'after');
  void within(Infinity, NEVER, late, clock);
  expect(after).not.toHaveBeenCalled();
});

it('waits no longer than the limit, and passes an earlier failure on', async () => {
  const clock = new VirtualClock();
  let isOver = false;
  void waitAtMost(5, NEVER, clock).then(() => (isOver = true));
  await clock.runUntil(() => isOver);
  expect(clock.now()).toBe(5);
  await expect(waitAtMost(5, Promise.reject(new Error('own')), clock)).rejects.toThrow('own');
});

it('ends a wait by a failure as by a success, and by an abort', async () => {
  const { signal } = new AbortController();
  await settledOrAborted(Promise.reject(new Error('own')), signal);
  await settledOrAborted(Promise.resolve(), signal);
  await settledOrAborted(undefined, signal);
  await settledOrAborted(NEVER, AbortSignal.abort());
  const abort = new AbortController();
  const waiting = settledOrAborted(NEVER, abort.signal);
  abort.abort();
  expect(await waiting).toBeUndefined();
});

it('a budget begins nothing new once it is spent, and cuts off only after the grace', () => {
  const cutOff = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort());
  vi.useFakeTimers({ toFake: ['performance'] });
  const budget = startTimeBudget({ budgetMs: 1000, graceMs: 500 });
  expect(cutOff).toHaveBeenCalledWith(1500);
  vi.advanceTimersByTime(999);
  expect(budget.isSpent()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(budget.isSpent()).toBe(true);
  vi.useRealTimers();
  cutOff.mockRestore();
});
