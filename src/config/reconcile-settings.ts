import { Cron } from 'croner';
import { type Environment, readNumber, readOptional, readText } from './environment.ts';
import { BlobmirrorError } from '../model/errors.ts';

export interface ReconcileSettings {
  /** The queue that shards of runs wait in. */
  readonly queue: string;
  /** NCRONTAB with six fields, in UTC; undefined: no timer starts a run. */
  readonly schedule: string | undefined;
  /** How long one message is worked on, in milliseconds. */
  readonly budgetMs: number;
  /** A container's deletions pass without leave while they are no more than the larger of the two. */
  readonly deleteGuard: DeleteGuard;
}

interface DeleteGuard {
  /** Of the container's entries on the backup. */
  readonly percent: number;
  readonly count: number;
}

/** Fits the five minutes of Azure Functions on a Consumption plan, with time to end the copy that has begun. */
const BUDGET_SECONDS = 210;

/** @throws BlobmirrorError `setting-missing` or `setting-invalid` */
export function readReconcileSettings(env: Environment): ReconcileSettings {
  return {
    queue: readText(
      env,
      'BLOBMIRROR_RECONCILE_QUEUE',
      'the name of the queue that the pieces of a full sync wait in',
    ),
    schedule: readSchedule(env),
    budgetMs:
      1000 *
      readNumber(env, 'BLOBMIRROR_RECONCILE_BUDGET', {
        least: 1,
        most: 86_400,
        otherwise: BUDGET_SECONDS,
        meaning: 'a whole number of seconds',
      }),
    deleteGuard: {
      percent: readNumber(env, 'BLOBMIRROR_DELETE_GUARD_PERCENT', {
        least: 0,
        most: 100,
        otherwise: 10,
        meaning: 'a whole number of hundredths',
      }),
      count: readNumber(env, 'BLOBMIRROR_DELETE_GUARD_COUNT', {
        least: 0,
        most: 1_000_000_000,
        otherwise: 100,
        meaning: 'a whole number of blobs',
      }),
    },
  };
}

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
function readSchedule(env: Environment): string | undefined {
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
