import { describe, expect, it } from 'vitest';
import { HEALTH_CODES } from '../../src/api/health-codes.ts';
import { headlineOf } from '../../src/api/headline.ts';
import type { Status } from '../../src/api/status.ts';
import { EMPTY, NOW, WELL } from '../browser/support/statuses.ts';

const now = { at: NOW, ageMs: 0 };
const GOOD: Status = { ...WELL, recovery: { ...WELL.recovery, live: now } };

function withRecovery(changes: Partial<Status['recovery']>): Status {
  return { ...GOOD, recovery: { ...GOOD.recovery, ...changes } };
}

function failing(...codes: string[]): Status {
  const problems = codes.map((code) => ({ code, detail: 'Something.' }));
  return { ...GOOD, health: { status: 'failing', problems } };
}

describe('the largest words', () => {
  it('say that the backup is in step only where something is proven and nothing is known to be wrong', () => {
    expect(headlineOf(GOOD)).toEqual({ tone: 'ok', text: 'In step with the source' });
    expect(headlineOf(withRecovery({ live: { at: NOW, ageMs: 71_000 } }))).toEqual({
      tone: 'ok',
      text: '1 min 11 s behind the source',
    });
    const problems = [{ code: 'foreign-blobs', detail: 'Some.', severity: 'warning' as const }];
    expect(headlineOf({ ...GOOD, health: { status: 'ok', problems } }).tone).toBe('ok');
  });

  it.each<[string, Status, string]>([
    ['nothing is proven', EMPTY, 'Nothing is proven yet'],
    ['mirroring is paused', { ...GOOD, paused: { since: NOW } }, 'Mirroring is paused'],
    [
      'nobody knows whether mirroring is paused',
      { ...failing('pause-unknown'), paused: { since: NOW, isUnknown: true } },
      'Not known whether mirroring is paused',
    ],
    ['keys are excepted', withRecovery({ excepted: { count: 695, sample: [] } }), '695 keys are not in step'],
    [
      'at least one key is excepted',
      withRecovery({ excepted: { count: 1, isComplete: false, sample: [] } }),
      'At least 1 key is not in step',
    ],
    [
      'more may be excepted',
      withRecovery({ excepted: { count: 0, isComplete: false, sample: [] } }),
      'Not known whether all is in step',
    ],
    [
      'there are dead letters, acknowledged or not',
      { ...GOOD, deadLetters: { count: 13, isComplete: true, acknowledged: 13, byCode: { x: 13 } } },
      '13 dead letters',
    ],
    ['the live point is unknown', withRecovery({ live: null }), 'Not known whether the backup is up to date'],
    [
      'the queue cannot be read',
      { ...GOOD, backlog: { ...GOOD.backlog, isUnknown: true } },
      'Not known whether the backup is up to date',
    ],
    [
      'the dead letters cannot be read',
      { ...GOOD, deadLetters: { ...GOOD.deadLetters, isUnknown: true } },
      'Not known whether the backup is up to date',
    ],
    ['the state is of earlier', { ...GOOD, stateAsOf: NOW }, 'Not known whether the backup is up to date'],
    [
      'all is late, whatever else is wrong',
      {
        ...failing('dead-letters', 'live-behind', 'proven-behind'),
        recovery: { ...GOOD.recovery, live: { at: NOW, ageMs: 2_484_000 } },
      },
      '41 min 24 s behind the source',
    ],
    [
      'an account is away',
      failing('live-behind', 'backup-unreachable'),
      'The backup account does not answer',
    ],
    ['a problem of any other kind', failing('proven-behind'), 'One problem'],
    ['several', failing('proven-behind', 'of a newer release'), '2 problems'],
  ])('do not say so where %s', (_, status, text) => {
    expect(headlineOf(status).text).toBe(text);
    expect(headlineOf(status).tone).not.toBe('ok');
  });

  it('say by their tone whether a pause is all that is wrong', () => {
    const paused = { since: NOW };
    expect(headlineOf({ ...GOOD, paused }).tone).toBe('hold');
    expect(headlineOf({ ...failing('dead-letters'), paused })).toEqual({
      tone: 'bad',
      text: 'Mirroring is paused',
    });
  });

  it.each(Object.keys(HEALTH_CODES))('do not say so while health fails by %s', (code) => {
    expect(headlineOf(failing(code))).toMatchObject({ tone: 'bad' });
  });
});
