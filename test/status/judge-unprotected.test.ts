import { describe, expect, it } from 'vitest';
import type { RecordedKeys } from '../../src/api/unprotected.ts';
import { judgeUnprotected } from '../../src/status/judge-unprotected.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const ago = (minutes: number): string => new Date(NOW.getTime() - minutes * 60_000).toISOString();
const HOUR = 3_600_000;

const key = (
  minutes: number,
  reason = 'backup-leased',
  changed: object = {},
): RecordedKeys['keys'][number] => ({
  container: 'photos',
  path: `secret-name-${minutes}`,
  reason,
  since: ago(minutes),
  ...changed,
});
const judge = (keys: RecordedKeys['keys'], changed: Partial<RecordedKeys> = {}) =>
  judgeUnprotected({ keys, more: 0, isComplete: true, ...changed }, NOW, HOUR);

describe('keys that are not protected', () => {
  it('are no problem until the threshold', () => {
    expect(judge([])).toEqual([]);
    expect(judge([key(1), key(60)])).toEqual([]);
  });

  it('fail health after it, by reason and without a name, for as long as they are on record', () => {
    const keys = [key(61), key(200), key(90, 'source-archived'), key(5)];
    expect(judge(keys)).toEqual([
      {
        code: 'unprotected-keys',
        detail:
          '3 keys are not protected and not acknowledged, the oldest for 3 h 20 min; the threshold is 1 h: backup-leased (2), source-archived (1).',
      },
    ]);
    expect(judge(keys.slice(3))).toEqual([]);
  });

  it('are over once they are acknowledged, and begin again with the next one', () => {
    const seen = key(200, 'backup-leased', { acknowledged: true });
    expect(judge([seen])).toEqual([]);
    expect(judge([seen, key(61)])[0]?.detail).toMatch(/^1 key is not protected/);
  });

  it('count those that are not named, less those that are acknowledged', () => {
    const counted = [{ reason: 'backup-immutable', count: 1500, since: ago(100), acknowledged: 300 }];
    expect(judge([key(70)], { counted })[0]?.detail).toMatch(
      /^1,201 keys are .*: backup-immutable \(1,200\), backup-leased \(1\)\.$/,
    );
    expect(judge([], { counted: [{ reason: 'x', count: 5, since: ago(100), acknowledged: 5 }] })).toEqual([]);
  });

  it('are told apart from purged dead letters that named no key', () => {
    const letters = (count: number, changed: object = {}) => [
      { container: '', reason: 'message-not-event', count, since: ago(100), ...changed },
    ];
    expect(judge([], { counted: letters(2) })).toEqual([
      {
        code: 'unprotected-keys',
        severity: 'warning',
        detail:
          '2 purged dead letters named no key (message-not-event). The next complete full sync clears this.',
      },
    ]);
    expect(judge([key(61)], { counted: letters(2) }).map(({ detail }) => detail.slice(0, 14))).toEqual([
      '1 key is not p',
      '2 purged dead ',
    ]);
    expect(judge([], { counted: letters(2, { acknowledged: 2 }) })).toEqual([]);
    // A key of a container is none.
    expect(judge([], { counted: letters(1, { container: 'photos' }) })[0]?.detail).toMatch(/^1 key is/);
  });

  it('may have been in a dead letter that could not be read: health fails for it as for a key', () => {
    const counted = (minutes: number, changed: object = {}) => [
      { reason: 'message-out-of-bounds', count: 1, since: ago(minutes), ...changed },
    ];
    const lacks = { isComplete: false, isWhole: true };
    const detail =
      '1 purged dead letter named no key (message-out-of-bounds), and may have held events. The next complete full sync clears this.';
    const code = 'unprotected-keys';
    expect(judge([], { ...lacks, counted: counted(5) })).toEqual([{ code, detail, severity: 'warning' }]);
    expect(judge([], { ...lacks, counted: counted(61) })).toEqual([{ code, detail }]);
    expect(judge([], { ...lacks, counted: counted(61, { acknowledged: 1 }) })).toEqual([]);
  });

  it('that the record may lack are told as unknown', () => {
    expect(judge([], { isComplete: false })).toMatchObject([
      { code: 'unprotected-keys', severity: 'warning' },
    ]);
    expect(judge([key(61)], { isComplete: false })[0]?.detail).toMatch(/^At least 1 key is/);
  });
});
