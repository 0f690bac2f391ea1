import { Cron } from 'croner';
import { BlobmirrorError } from '../model/errors.ts';
import { type Environment, readOptional } from './environment.ts';

const NAME = 'BLOBMIRROR_RECONCILE_SCHEDULE';
const HOURLY = '0 0 * * * *';

/** Names have three letters: what other crons take and NCRONTAB does not (`L`, `5#2`, `?`, `@hourly`) is of another shape. */
const NCRONTAB = /^(?:[\d\s*,/-]|\b[A-Z]{3}\b)+$/i;

/**
 * When runs begin by themselves: NCRONTAB with six fields, in UTC, as timers of Azure Functions have it. Checked here,
 * since Azure would start the app without the one function whose schedule is wrong. Undefined: never.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
export function readSchedule(env: Environment): string | undefined {
  const text = readOptional(env, NAME) ?? HOURLY;
  if (text === 'off') return undefined;
  if (isSchedule(text)) return text;
  throw new BlobmirrorError(
    'setting-invalid',
    `${NAME} is ${JSON.stringify(text)}; it should be off, or six fields like ${HOURLY}: second, minute, hour, day, month and day of week`,
  );
}

/** By its offset: for a time zone by name Node loads what it knows of all zones and languages. */
const UTC = { paused: true, utcOffset: 0 } as const;

/** So many occurrences show the longest pause of any schedule that a person would write, a weekend for one. */
const OCCURRENCES = 50;

/** The longest time between one run and the next, in milliseconds; a day where there is but one. */
export function longestGapMs(schedule: string): number {
  const runs = new Cron(schedule, { ...UTC, domAndDow: true }).nextRuns(OCCURRENCES);
  const gaps = runs.slice(1).map((run, i) => run.getTime() - (runs[i]?.getTime() ?? 0));
  return gaps.length === 0 ? 24 * 3_600_000 : Math.max(...gaps);
}

function isSchedule(text: string): boolean {
  if (!NCRONTAB.test(text) || text.split(/\s+/).length !== 6) return false;
  try {
    return new Cron(text, UTC).nextRun() !== null;
  } catch {
    return false;
  }
}
