import { type Environment, readText } from './environment.ts';
import { readNumber } from './read-number.ts';
import { readSchedule } from './reconcile-schedule.ts';

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
