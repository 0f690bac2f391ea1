import { expect, it } from 'vitest';
import { waitAtMost, within } from '../../src/concurrency/deadline.ts';
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
});

it('waits no longer than the limit, and passes an earlier failure on', async () => {
  const clock = new VirtualClock();
  let isOver = false;
  void waitAtMost(5, NEVER, clock).then(() => (isOver = true));
  await clock.runUntil(() => isOver);
  expect(clock.now()).toBe(5);
  await expect(waitAtMost(5, Promise.reject(new Error('own')), clock)).rejects.toThrow('own');
});
