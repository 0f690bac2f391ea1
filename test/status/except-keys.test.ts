import { expect, it } from 'vitest';
import { exceptKeys } from '../../src/status/read-dead-letters.ts';

const key = (path: string) => ({ container: 'photos', path, reason: 'storage-rejected' });
const letters = (count: number, paths: readonly string[]) => ({
  counts: { count, isComplete: true, acknowledged: 0, byCode: {} },
  keys: paths.map(key),
});

it('what a full sync left and what dead letters are of is excepted, and a key that is both counts once', () => {
  const left = { count: 2, sample: [key('a'), key('b')] };
  expect(exceptKeys(left, letters(5, ['b', 'c']))).toEqual({
    count: 3,
    sample: [key('a'), key('b'), key('c')],
  });
});

it('what waits to be looked at again since it is still changing is excepted as well, once', () => {
  const left = { count: 2, sample: [key('a'), key('b')] };
  const held = { count: 200, sample: [key('a'), key('d')] };
  expect(exceptKeys(left, letters(1, ['b']), held)).toEqual({
    count: 201,
    sample: [key('a'), key('b'), key('d')],
  });
});

it('letters beyond those whose keys are known count each', () => {
  const many = Array.from({ length: 100 }, (_, n) => String(n));
  const { count, sample } = exceptKeys({ count: 1, sample: [key('x')] }, letters(12_000, many));
  expect(count).toBe(12_001);
  expect(sample).toHaveLength(100);
});

it('what is on record counts once, whatever else names it, beyond the names that are shown', () => {
  const many = Array.from({ length: 1000 }, (_, n) => key(String(n)));
  const recorded = { keys: many, more: 5, isComplete: true };
  const left = { count: 1, sample: [key('999')] };
  const { count, sample } = exceptKeys(left, letters(1, ['998']), { count: 1, sample: [key('x')] }, recorded);
  expect(count).toBe(1006);
  expect(sample).toHaveLength(100);
});

it('a record that does not name all says so', () => {
  const recorded = { keys: [key('a')], more: 0, isComplete: false };
  const none = { count: 0, sample: [] };
  expect(exceptKeys(none, letters(0, []), none, recorded)).toEqual({
    count: 1,
    sample: [key('a')],
    isComplete: false,
  });
});
