import { expect, it } from 'vitest';
import { once } from '../../src/concurrency/coalesce.ts';

it('makes a value once for all callers', async () => {
  let made = 0;
  const make = once(async () => await Promise.resolve(++made));
  expect(await Promise.all([make(), make()])).toEqual([1, 1]);
  expect(await make()).toBe(1);
});

it('shares a failure with those who wait, and makes it anew at the next call', async () => {
  let made = 0;
  const make = once(async () => {
    await Promise.resolve();
    if (++made === 1) throw new Error('a file could not be loaded');
    return made;
  });
  const both = await Promise.allSettled([make(), make()]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await make()).toBe(2);
});
