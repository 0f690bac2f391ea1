import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, statement } from '../../src/api/statement.ts';
import type { RecoveryPoint } from '../../src/api/status.ts';

const AT = '2026-11-25T12:03:02.500Z';

const point = (changes: Partial<RecoveryPoint> = {}): RecoveryPoint => ({
  proven: { at: '2026-11-25T12:00:00.400Z', ageMs: 182_100, run: '2026-11-25T12-00-00Z-4f2a' },
  live: { at: AT, ageMs: 0 },
  canary: { state: 'following', ageMs: 1100, writtenAt: AT },
  excepted: { count: 3, sample: [] },
  ...changes,
});

describe('the statement', () => {
  it('says both points, the canary and how many keys are excepted', () => {
    expect(statement(point(), AT)).toBe(
      'proven up to 12:00:00, live up to 12:03:02, canary 1.1 s, except 3 keys',
    );
  });

  it('says no more than is known', () => {
    const nothing = point({
      proven: null,
      live: null,
      canary: { state: 'off' },
      excepted: { count: 0, sample: [] },
    });
    expect(statement(nothing, AT)).toBe('nothing proven yet, live unknown');
  });

  it('says what cannot be read now as unknown, not as none', () => {
    const lost = point({ proven: null, canary: { state: 'waiting', isUnknown: true } });
    expect(statement(lost, AT, { isProvenKnown: false })).toBe(
      'proven unknown, live up to 12:03:02, canary unknown, except 3 keys',
    );
  });

  it('says by how much the clock is off, and which way', () => {
    const told = (aheadMs: number) =>
      statement(point({ live: null }), AT, { clock: { state: 'off', aheadMs, of: 'photos' } });
    expect(told(7_200_000)).toContain('live unknown (clock-off: the clock here is 2 h ahead)');
    expect(told(-300_000)).toContain('live unknown (clock-off: the clock here is 5 min behind)');
  });

  it('says whether all dead letters were looked at', () => {
    expect(statement(point(), AT, { letters: 'some' })).toMatch(/, except at least 3 keys$/);
    const excepted = { count: 0, sample: [] };
    expect(statement(point({ excepted }), AT, { letters: 'some' })).toMatch(/1\.1 s, dead letters unknown$/);
    expect(statement(point(), AT, { letters: 'none' })).toMatch(/, except 3 keys, dead letters unknown$/);
  });

  it('says that there are more keys than are on record, or that the record was lost', () => {
    const excepted = { count: 1000, sample: [] };
    const lost = { isRecordComplete: false };
    expect(statement(point({ excepted }), AT, lost)).toMatch(/, except at least 1,000 keys$/);
    expect(statement(point({ excepted: { ...excepted, count: 0 } }), AT, lost)).toMatch(
      /, exceptions unknown$/,
    );
  });

  it('says that there may be more keys where not all that waits was looked at', () => {
    expect(statement(point(), AT, { isWaitingKnown: false })).toMatch(/, except at least 3 keys$/);
  });

  it('says that a canary is waited for, and one key as one', () => {
    const waiting = point({ canary: { state: 'waiting' }, excepted: { count: 1, sample: [] } });
    expect(statement(waiting, AT)).toBe(
      'proven up to 12:00:00, live up to 12:03:02, no canary seen yet, except 1 key',
    );
  });

  it('gives the day of what is not of today', () => {
    const live = { at: '2026-11-24T23:59:59.999Z', ageMs: 1 };
    expect(statement(point({ live }), AT)).toContain('live up to 2026-11-24 23:59:59,');
  });
});

it.each([
  [-5, '0.0 s'],
  [1120, '1.1 s'],
  [9999, '10.0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
  [47 * 3_600_000, '47 h'],
  [76 * 3_600_000, '3 d 4 h'],
])('%i ms are told as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [1536, '1.5 kB'],
  [9949, '9.9 kB'],
  [9950, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [5e15, '5.0 PB'],
  [5e21, '5000 EB'],
])('%i bytes are told as %s', (size, text) => {
  expect(formatBytes(size)).toBe(text);
});
