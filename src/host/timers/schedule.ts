import { Cron } from 'croner';
import { registrationError } from '../app-settings.ts';

/** A valid NCRONTAB expression: `{second} {minute} {hour} {day} {month} {day of week}`, in UTC. */
export interface Schedule {
  readonly expression: string;
  /** Calls `run` at every occurrence until the returned job is stopped. */
  start(run: (job: Occurrences) => void): Occurrences;
}

export interface Occurrences {
  previous(): Date | null;
  next(): Date | null;
  stop(): void;
}

const NCRONTAB =
  /^(?:[\d\s*,/-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$/i;

/**
 * NCRONTAB as in Azure Functions: six fields, or five without seconds; a day must match both day fields (for other crons,
 * one is enough). Times are in UTC, the time zone of Functions on Linux.
 * @throws BlobmirrorError `setting-invalid`
 */
export function parseSchedule(expression: string, where: string): Schedule {
  const options = { mode: '5-or-6-parts', utcOffset: 0, domAndDow: true, sloppyRanges: true } as const;
  try {
    if (!NCRONTAB.test(expression)) throw new Error('NCRONTAB has no such characters');
    void new Cron(expression, { ...options, paused: true });
  } catch (cause) {
    throw registrationError(
      `${where} has the schedule "${expression}", which is not NCRONTAB ({second} {minute} {hour} {day} {month} {day of week})`,
      cause,
    );
  }
  return {
    expression,
    start(run) {
      const cron = new Cron(expression, options, () => run(occurrences));
      const occurrences: Occurrences = {
        previous: () => cron.currentRun(),
        next: () => cron.nextRun(),
        stop: () => cron.stop(),
      };
      return occurrences;
    },
  };
}
