import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { Cron } from 'croner';
import { type Environment, readNumber, readOptional, readText, shown } from './environment.ts';
import { BlobmirrorError } from '../model/errors.ts';

export interface ReconcileSettings {
  /** The queue of the shards of runs. */
  readonly queue: string;
  /** NCRONTAB with six fields, in UTC. Undefined: no timer begins runs. */
  readonly schedule: string | undefined;
  /** How long a worker works on one message, in milliseconds. */
  readonly budgetMs: number;
  /** Deletions in a container pass the guard when they are no more than the larger of the two. */
  readonly deleteGuard: DeleteGuard;
}

interface DeleteGuard {
  /** Of the container's entries on the backup. */
  readonly percent: number;
  readonly count: number;
}

/** Fits the five minutes of Azure Functions on a Consumption plan, with time to finish the current copy. */
const BUDGET_SECONDS = TIME_BUDGETS.slice / 1000;

/** @throws BlobmirrorError `setting-missing` or `setting-invalid` */
export function readReconcileSettings(env: Environment): ReconcileSettings {
  return {
    queue: readText(env, 'BLOBMIRROR_RECONCILE_QUEUE', 'the name of the queue of full syncs'),
    schedule: readSchedule(env),
    budgetMs:
      1000 *
      readNumber(env, 'BLOBMIRROR_RECONCILE_BUDGET', {
        min: 1,
        max: 86_400,
        fallback: BUDGET_SECONDS,
        meaning: 'a whole number of seconds',
      }),
    deleteGuard: {
      percent: readNumber(env, 'BLOBMIRROR_DELETE_GUARD_PERCENT', {
        min: 0,
        max: 100,
        fallback: 10,
        meaning: 'a whole number of hundredths',
      }),
      count: readNumber(env, 'BLOBMIRROR_DELETE_GUARD_COUNT', {
        min: 0,
        max: 1_000_000_000,
        fallback: 100,
        meaning: 'a whole number of blobs',
      }),
    },
  };
}

const NAME = 'BLOBMIRROR_RECONCILE_SCHEDULE';
const HOURLY = '0 0 * * * *';

/** Names have three letters. It excludes what other crons allow and NCRONTAB does not: `L`, `5#2`, `?`, `@hourly`. */
const NCRONTAB = /^(?:[\d\s*,/-]|\b[A-Z]{3}\b)+$/i;

/**
 * When runs begin by themselves: NCRONTAB with six fields, in UTC, as for timers of Azure Functions. Undefined for never.
 * Checked here because Azure would start the app without the function whose schedule is wrong.
 *
 * @throws BlobmirrorError `setting-invalid`
 */
function readSchedule(env: Environment): string | undefined {
  const text = readOptional(env, NAME) ?? HOURLY;
  if (text === 'off') return undefined;
  if (isSchedule(text)) return text;
  throw new BlobmirrorError(
    'setting-invalid',
    `${NAME} is ${shown(text)}; it should be off, or six fields like ${HOURLY}: second, minute, hour, day, month and day of week`,
  );
}

/** By offset: for a named time zone Node loads the data of all zones and languages. */
const UTC = { paused: true, utcOffset: 0 } as const;

/** Enough occurrences to see the longest gap of a usual schedule, such as a weekend. */
const OCCURRENCES = 50;

/** The longest time between two runs, in milliseconds; a day when the schedule has only one run. */
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
