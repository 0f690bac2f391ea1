import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PendingRechecks } from '../../src/intake/pending-rechecks.ts';
import { parseKey } from '../../src/model/key.ts';
import type { HoldReason } from '../../src/model/watch.ts';

const KEY = parseKey('photos', 'a');
const NOON = new Date('2026-11-30T12:00:00Z');
const after = (ms: number): Date => new Date(NOON.getTime() + ms);
const event = (ms: number, root = 'm') => ({ time: after(ms), root });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a recheck is left to that of another event', () => {
  it.each<[string, { ms: number; root?: string }, boolean]>([
    ['that is newer', { ms: 1 }, true],
    ['of the same time whose message is later', { ms: 0, root: 'n' }, true],
    ['but not of one that is older', { ms: -1 }, false],
    ['but not to itself', { ms: 0 }, false],
    ['but not of the same time whose message is earlier', { ms: 0, root: 'l' }, false],
  ])('%s', (_, { ms, root }, expected) => {
    const pending = new PendingRechecks();
    pending.add(KEY, { event: event(ms, root), due: after(60_000), hold: undefined });
    expect(pending.hasNewer(KEY, event(0), undefined, NOON)).toBe(expected);
    expect(pending.hasNewer(parseKey('photos', 'b'), event(0), undefined, NOON)).toBe(false);
  });

  it('only while that one is due: afterwards nothing is known of it', () => {
    const pending = new PendingRechecks();
    pending.add(KEY, { event: event(1), due: after(60_000), hold: undefined });
    expect(pending.hasNewer(KEY, event(0), undefined, after(59_999))).toBe(true);
    expect(pending.hasNewer(KEY, event(0), undefined, after(60_000))).toBe(false);
    expect(pending.hasNewer(KEY, event(0), undefined, NOON)).toBe(false);
  });

  // Otherwise no waiting message would name the key that differs.
  it.each<[HoldReason | undefined, HoldReason | undefined, boolean]>([
    [undefined, undefined, true],
    [undefined, 'source-still-written', true],
    ['source-still-written', 'source-still-written', true],
    ['source-still-changing', undefined, true],
    ['source-still-written', undefined, false],
    ['source-copy-pending', 'source-still-written', false],
  ])('where it holds the key for %s, and the other one for %s: %s', (hold, other, expected) => {
    const pending = new PendingRechecks();
    pending.add(KEY, { event: event(1), due: after(60_000), hold: other });
    expect(pending.hasNewer(KEY, event(0), hold, NOON)).toBe(expected);
  });
});

describe('the rechecks of a process', () => {
  it('keep the newest event of a key while its recheck is due', () => {
    const pending = new PendingRechecks();
    pending.add(KEY, { event: event(2), due: after(60_000), hold: undefined });
    pending.add(KEY, { event: event(1), due: after(120_000), hold: undefined });
    expect(pending.hasNewer(KEY, event(1), undefined, NOON)).toBe(true);
    expect(pending.hasNewer(KEY, event(1), undefined, after(60_000))).toBe(false);
  });

  it('are bounded: the oldest is forgotten', () => {
    const pending = new PendingRechecks();
    const key = (i: number) => parseKey('photos', `${i}`);
    for (let i = 0; i < 10_001; i++)
      pending.add(key(i), { event: event(1), due: after(60_000), hold: undefined });
    expect(pending.hasNewer(key(0), event(0), undefined, NOON)).toBe(false);
    expect(pending.hasNewer(key(1), event(0), undefined, NOON)).toBe(true);
    expect(pending.hasNewer(key(10_000), event(0), undefined, NOON)).toBe(true);
  });
});
