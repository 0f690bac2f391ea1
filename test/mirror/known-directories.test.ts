import { expect, it } from 'vitest';
import { createKnownDirectories } from '../../src/mirror/ancestors.ts';
import { at } from '../support/memory-tree.ts';

function createKnown() {
  let now = 0;
  const known = createKnownDirectories({ now: () => now, after: () => () => undefined });
  return {
    known,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const NOON = new Date('2026-01-01T12:00:00Z');

it('a directory is known to be there for a short while', () => {
  const { known, pass } = createKnown();
  expect(known.isThere(at('a'))).toBe(false);
  known.record(at('a'), NOON);
  expect(known.isThere(at('a'))).toBe(true);
  pass(60_000);
  expect(known.isThere(at('a'))).toBe(false);
});

it('a reading serves for events that are older than it, and for no others', () => {
  const { known } = createKnown();
  known.record(at('a'), NOON);
  expect(known.isThereSince(at('a'), new Date(NOON.getTime() - 1))).toBe(true);
  expect(known.isThereSince(at('a'), NOON)).toBe(false);
  expect(known.isThereSince(at('b'), new Date(0))).toBe(false);
});

it('a directory that is moved is forgotten with all that is below it, and its neighbours are not', () => {
  const { known } = createKnown();
  for (const path of ['a', 'a/b', 'ab']) known.record(at(path), NOON);
  known.forget(at('a'));
  expect(['a', 'a/b', 'ab'].filter((path) => known.isThere(at(path)))).toEqual(['ab']);
});

it('memory is bounded: the oldest are forgotten', () => {
  const { known } = createKnown();
  for (let i = 0; i < 12_000; i++) known.record(at(`${i}`), NOON);
  expect(known.isThere(at('0'))).toBe(false);
  expect(known.isThere(at('11999'))).toBe(true);
});
