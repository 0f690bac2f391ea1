import { expect, it, onTestFinished, vi } from 'vitest';
import type { DeadLetter } from '../../src/api/dead-letter.ts';
import { exceptKeys, readDeadLetters } from '../../src/status/read-dead-letters.ts';

const key = (path: string) => ({ container: 'photos', path, reason: 'storage-rejected' });
const letters = (count: number, paths: readonly string[]) => ({
  counts: { count, isComplete: true, acknowledged: 0, byCode: {} },
  keys: paths.map(key),
  keyCount: count,
});

const UNBOUNDED = { mostLetters: Infinity, budgetMs: Infinity };

async function* lettersOf(paths: readonly string[]): AsyncGenerator<DeadLetter, void, void> {
  for (const path of paths)
    yield await Promise.resolve({ code: 'storage-rejected', container: 'photos', path } as DeadLetter);
}

it('what a full sync left and what dead letters are of is excepted, and a key that is both counts once', () => {
  const left = { count: 2, sample: [key('a'), key('b')] };
  expect(exceptKeys(left, letters(2, ['b', 'c']))).toEqual({
    count: 3,
    sample: [key('a'), key('b'), key('c')],
  });
});

it('what waits to be looked at again since it is still changing is excepted as well, once', () => {
  const left = { count: 2, sample: [key('a'), key('b')] };
  const held = { count: 2, sample: [key('a'), key('d')] };
  expect(exceptKeys(left, letters(1, ['b']), held)).toEqual({
    count: 3,
    sample: [key('a'), key('b'), key('d')],
  });
});

it('keys that a source counts and does not name may be those of another: they are never added up', () => {
  const many = Array.from({ length: 100 }, (_, n) => String(n));
  const { sample, ...rest } = exceptKeys({ count: 1, sample: [key('x')] }, letters(12_000, many));
  expect(rest).toEqual({ count: 12_000, isComplete: false });
  expect(sample).toHaveLength(100);
  const held = { count: 200, sample: [key('x'), key('y')] };
  expect(exceptKeys({ count: 1, sample: [key('x')] }, letters(0, []), held)).toMatchObject({ count: 200 });
  expect(exceptKeys({ count: 300, sample: [key('x')] }, letters(0, []), held)).toMatchObject({
    count: 300,
    isComplete: false,
  });
});

it('keys of one source alone count as it counts them', () => {
  const left = { count: 300, sample: [key('x'), key('y')] };
  expect(exceptKeys(left, letters(1, ['y']))).toEqual({ count: 300, sample: left.sample });
});

it('dead letters of keys on record add none, however many', async () => {
  const paths = Array.from({ length: 150 }, (_, n) => String(n));
  const recorded = { keys: paths.map(key), more: 0, isComplete: true };
  const read = await readDeadLetters(lettersOf([...paths, ...paths]), () => false, UNBOUNDED);
  const { count, isComplete } = exceptKeys({ count: 0, sample: [] }, read, undefined, recorded);
  expect([count, isComplete]).toEqual([150, undefined]);
});

it('dead letters count by their keys, not by their number', async () => {
  const paths = Array.from({ length: 3000 }, (_, n) => String(n % 1200));
  const read = await readDeadLetters(lettersOf(paths), () => false, UNBOUNDED);
  expect(read.counts.count).toBe(3000);
  expect([read.keyCount, read.keys.length]).toEqual([1200, 1000]);
});

it('the full sync that is not on record yet is not added to what the one before left', () => {
  const paths = Array.from({ length: 1000 }, (_, n) => String(n));
  const recorded = { keys: paths.map(key), more: 154, isComplete: true };
  const left = { count: 1154, sample: paths.slice(0, 100).map(key) };
  const { count, isComplete } = exceptKeys(left, letters(0, []), undefined, recorded);
  expect([count, isComplete]).toEqual([1154, false]);
});

it('what is on record counts once, whatever else names it, beyond the names that are shown', () => {
  const many = Array.from({ length: 1000 }, (_, n) => key(String(n)));
  const recorded = { keys: many, more: 0, isComplete: true };
  const left = { count: 1, sample: [key('999')] };
  const { count, sample } = exceptKeys(left, letters(1, ['998']), { count: 1, sample: [key('x')] }, recorded);
  expect(count).toBe(1001);
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

it('two counts of keys without a name are no exact number: they may be of the same keys, or not', () => {
  const counted = (count: number) => ({ count, sample: [key('a')] });
  expect(exceptKeys(counted(3), letters(0, []), counted(1))).toEqual({ count: 3, sample: [key('a')] });
  expect(exceptKeys(counted(3), letters(0, []), counted(2))).toMatchObject({ count: 3, isComplete: false });
});

it('the time to read dead letters begins with the first one, however slow the connection is', async () => {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  async function* slowly(): AsyncGenerator<DeadLetter, void, void> {
    for await (const letter of lettersOf(['a', 'b', 'c'])) {
      now += 2000;
      yield letter;
    }
  }
  const { counts } = await readDeadLetters(slowly(), () => false, { mostLetters: 10, budgetMs: 3000 });
  expect(counts).toMatchObject({ count: 2, isComplete: false });
});
