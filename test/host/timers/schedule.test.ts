import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseSchedule } from '../../../src/host/timers/schedule.ts';

/** The next occurrence from now, with the timer that waits for it already gone. */
function next(expression: string): Date {
  const job = parseSchedule(expression, 'function "f"').start(() => undefined);
  const at = job.next();
  job.stop();
  if (at === null) throw new Error('no occurrence');
  return at;
}

afterEach(() => void vi.unstubAllEnvs());

describe('a schedule', () => {
  it('has seconds first, and is in UTC, wherever the machine is', () => {
    vi.stubEnv('TZ', 'Asia/Kolkata');
    const at = next('15 30 9 * * *');
    expect([at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()]).toEqual([9, 30, 15]);
  });

  it('asks for the day of the month and the day of the week, not for either', () => {
    const at = next('0 0 0 13 * 5');
    expect([at.getUTCDate(), at.getUTCDay()]).toEqual([13, 5]);
  });

  it.each(['0 */5 * * * *', '0 5/10 * * * *', '0 0 9-17 * * MON-FRI', '0 0 0 1 JAN,JUL *', '*/5 * * * *'])(
    'may be written %s',
    (expression) => expect(next(expression).getTime()).toBeGreaterThan(Date.now()),
  );

  it.each([
    '',
    'daily',
    '* * * *',
    '61 * * * * *',
    '00:05:00',
    '* * * * * * 2030',
    '0 0 0 L * *',
    '0 0 0 ? * MON#2',
  ])('cannot be "%s"', (expression) => {
    expect(() => parseSchedule(expression, 'function "f"')).toThrow(/function "f" has the schedule/);
  });
});
