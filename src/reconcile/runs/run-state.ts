import type { Alert, Run, ShardProgress } from '../../api/run.ts';
import { formatSkew } from '../../api/statement.ts';
import { MOST_OFF_MS } from '../../clock/observed-clock.ts';
import type { ClockAssessment } from '../../clock/service-clock.ts';
import type { BlobmirrorError } from '../../model/errors.ts';
import type { SliceName } from './run-document.ts';

/** Whether there is anything left to do in it. */
export function isUnderWay({ state }: Run): boolean {
  return state === 'comparing' || state === 'deleting';
}

export function isPhaseDone({ shards }: Run): boolean {
  return Object.values(shards).every(({ isDone }) => isDone);
}

/** Undefined: the run has no such shard, whatever a message calls it. */
export function progressOf({ shards }: Pick<Run, 'shards'>, shard: string): ShardProgress | undefined {
  return Object.hasOwn(shards, shard) ? shards[shard] : undefined;
}

/** Whether this very slice is the next one of its shard. */
export function isSliceDue(run: Run, { shard, slice }: Pick<SliceName, 'shard' | 'slice'>): boolean {
  const progress = progressOf(run, shard);
  return isUnderWay(run) && progress !== undefined && !progress.isDone && progress.slices === slice;
}

/** One of a kind for each container is enough: the first. */
export function addAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const isKnown = alerts.some(({ code, container }) => code === alert.code && container === alert.container);
  return isKnown ? alerts : [...alerts, alert];
}

export function endRun(run: Run, state: 'done' | 'cancelled', now: Date): Run {
  const endedAt = now.toISOString();
  return { ...run, state, updatedAt: endedAt, endedAt };
}

/** A listing of the source failed, whether or not a later try went well: what it did not show may be there. */
export function recordFailedListing(run: Run): Run {
  return {
    ...run,
    sourceListingFailed: true,
    alerts: addAlert(run.alerts, {
      code: 'source-listing-failed',
      detail:
        'A listing of the source failed on the way, so this run deletes nothing. The log says which, and why.',
    }),
  };
}

/** A shard that no other try would help. The rest of its container is not looked at in this run. */
export function failShard(
  run: Run,
  shard: string,
  { code, message, hint }: BlobmirrorError,
): Run | undefined {
  const progress = progressOf(run, shard);
  if (progress === undefined || progress.isDone) return undefined;
  const { plan: _plan, tries: _tries, ...rest } = progress;
  const { container } = progress;
  return {
    ...run,
    shards: { ...run.shards, [shard]: { ...rest, isDone: true, failed: code } },
    alerts: addAlert(run.alerts, {
      code: 'shard-failed',
      container,
      detail: `A part of ${container} could not be looked at (${code}: ${message}). ${hint}`,
    }),
  };
}

/** Last-Modified has whole seconds, cut off. */
const SECOND_MS = 1000;

/** What is told of a run by a worker whose clock tells no time that could be claimed; none where it does. */
export function clockAlerts(judgement: ClockAssessment): readonly Alert[] {
  if (judgement.state === 'right') return [];
  if (judgement.state === 'unknown')
    return [toClockAlert('Nobody could tell whether the clock of the worker that began this run is right')];
  const { aheadMs, of } = judgement;
  const off = `${formatSkew(aheadMs)}, by that of the account ${of}`;
  return [toClockAlert(`The clock of the worker that began this run was ${off}`)];
}

/**
 * A run as it is believed, by when the service says that its document was last written. One that says that it began
 * after that was begun by a clock that was ahead: a worker of this release would not have claimed it, one of the release
 * before may have. Of a run of that one which took longer than its clock was ahead, the time tells that it last moved.
 *
 * @param writtenAt undefined where the store does not tell; then it is believed to have begun by now
 */
export function correctByServiceTime(run: Run, writtenAt: Date | undefined, now: Date): Run {
  // The service's own word for when somebody was last at work on it.
  const believed = writtenAt === undefined ? run : { ...run, updatedAt: writtenAt.toISOString() };
  const end = writtenAt === undefined ? now.getTime() + MOST_OFF_MS : writtenAt.getTime() + SECOND_MS;
  const claimed = run.provesUpTo ?? run.startedAt;
  const isMovedAhead = run.provesUpTo === undefined && Date.parse(run.updatedAt) >= end + MOST_OFF_MS;
  if (Date.parse(claimed) < end && !isMovedAhead) return believed;
  const what = isMovedAhead ? `last moved at ${run.updatedAt}` : `began at ${claimed}`;
  const alert = toClockAlert(
    `This run says that it ${what}, which is after its document was last written: the clock of a worker of it was ahead`,
  );
  return { ...believed, alerts: addAlert(run.alerts, alert) };
}

function toClockAlert(what: string): Alert {
  return {
    code: 'clock-off',
    detail: `${what}, so this run proves nothing. Let the machine keep its clock by NTP; the next run of a worker whose clock is right proves anew.`,
  };
}
