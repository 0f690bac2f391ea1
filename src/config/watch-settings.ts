import type { Environment } from './environment.ts';
import { readNumber } from './read-number.ts';
import { longestGapMs } from './reconcile-schedule.ts';

/** See `intake/plan-next-look.ts`. */
export interface WatchSettings {
  /** Milliseconds. */
  readonly firstPauseMs: number;
  /** How long a full sync is away at the most, in milliseconds; undefined where no timer begins one. */
  readonly fullSyncWithinMs: number | undefined;
}

/** @throws BlobmirrorError `setting-invalid` */
export function readWatchSettings(env: Environment, schedule: string | undefined): WatchSettings {
  return {
    firstPauseMs:
      1000 *
      readNumber(env, 'BLOBMIRROR_LOOK_AGAIN', {
        least: 1,
        most: 600,
        otherwise: 30,
        meaning: 'a whole number of seconds',
      }),
    fullSyncWithinMs: schedule === undefined ? undefined : longestGapMs(schedule),
  };
}
