import { describe, expect, it } from 'vitest';
import { readHistory, readRecoverySettings } from '../../src/config/recovery-settings.ts';

const HOUR = 3_600_000;
const HOURLY = '0 0 * * * *';

describe('the settings of the recovery point', () => {
  it('have no canary, a quarter of an hour and three periods when nothing is said', () => {
    expect(readRecoverySettings({}, HOURLY)).toEqual({
      canary: undefined,
      liveWithinMs: 900_000,
      unprotectedWithinMs: 3_600_000,
      provenWithinMs: 3 * HOUR,
    });
  });

  it('take fractions, and a canary in a container of its own', () => {
    const env = {
      BLOBMIRROR_CANARY: 'on',
      BLOBMIRROR_CANARY_CONTAINER: 'mine',
      BLOBMIRROR_HEALTH_LIVE_MINUTES: '0.1',
      BLOBMIRROR_HEALTH_PROVEN_PERIODS: '1.5',
      BLOBMIRROR_HEALTH_UNPROTECTED_MINUTES: '0.5',
    };
    expect(readRecoverySettings(env, HOURLY)).toEqual({
      canary: 'mine',
      liveWithinMs: 6000,
      unprotectedWithinMs: 30_000,
      provenWithinMs: 1.5 * HOUR,
    });
  });

  it.each([
    ['0 30 2 * * *', 24 * HOUR],
    ['0 0 8-18 * * *', 14 * HOUR],
    ['0 0 3 * * 1-5', 72 * HOUR],
  ])('take the longest pause of the schedule for its period: %s', (schedule, period) => {
    expect(readRecoverySettings({}, schedule).provenWithinMs).toBe(3 * period);
  });

  it('do not judge the proven point without a schedule', () => {
    expect(readRecoverySettings({}, undefined).provenWithinMs).toBeUndefined();
  });

  it.each([
    ['BLOBMIRROR_CANARY', 'yes'],
    ['BLOBMIRROR_CANARY_CONTAINER', 'No'],
    ['BLOBMIRROR_CANARY_CONTAINER', '$web'],
    ['BLOBMIRROR_HEALTH_LIVE_MINUTES', '0'],
    ['BLOBMIRROR_HEALTH_LIVE_MINUTES', 'soon'],
    ['BLOBMIRROR_HEALTH_PROVEN_PERIODS', '-1'],
  ])('refuse %s=%s with one line that names it', (name, value) => {
    expect(() => readRecoverySettings({ [name]: value }, HOURLY)).toThrow(
      `${name} is "${value}"; it should be `,
    );
  });
});

describe('the setting for a history', () => {
  it.each([
    [undefined, undefined],
    ['off', undefined],
    ['1d', { days: 1 }],
    ['365d', { days: 365 }],
  ])('takes %s', (text, expected) => {
    expect(readHistory(text === undefined ? {} : { BLOBMIRROR_HISTORY: text })).toEqual(expected);
  });

  it.each(['0d', '366d', '30', '30h', 'on', '-1d', '1.5d'])(
    'refuses %s and says what it should be',
    (text) => {
      expect(() => readHistory({ BLOBMIRROR_HISTORY: text })).toThrow(
        `BLOBMIRROR_HISTORY is "${text}"; it should be off, or a number of days from 1d to 365d`,
      );
    },
  );
});
