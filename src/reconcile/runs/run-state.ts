import type { Alert, Run, ShardProgress } from '../../api/run.ts';
import { formatSkew } from '../../api/statement.ts';
import { MOST_OFF_MS } from '../../clock/observed-clock.ts';
import type { ClockAssessment } from '../../clock/service-clock.ts';
import type { BlobmirrorError } from '../../model/errors.ts';
import type { SliceName } from './run-document.ts';

/** Whether the run is not over. */
export function isUnderWay({ state }: Run): boolean {
  return state === 'comparing' || state === 'deleting';
}

export function isPhaseDone({ shards }: Run): boolean {
  return Object.values(shards).every(({ isDone }) => isDone);
}

/** Undefined: the run has no such shard. */
export function progressOf({ shards }: Pick<Run, 'shards'>, shard: string): ShardProgress | undefined {
  return Object.hasOwn(shards, shard) ? shards[shard] : undefined;
}

/** Whether this slice is the next one of its shard. */
export function isSliceDue(run: Run, { shard, slice }: Pick<SliceName, 'shard' | 'slice'>): boolean {
  const progress = progressOf(run, shard);
  return isUnderWay(run) && progress !== undefined && !progress.isDone && progress.slices === slice;
}

/** Keeps the first alert of each code and container. */
export function addAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const isKnown = alerts.some(({ code, container }) => code === alert.code && container === alert.container);
  return isKnown ? alerts : [...alerts, alert];
}

export function endRun(run: Run, state: 'done' | 'cancelled', now: Date): Run {
  const endedAt = now.toISOString();
  return { ...run, state, updatedAt: endedAt, endedAt };
}

/** Also if a later attempt succeeds: what the failed listing did not show may exist. */
export function recordFailedListing(run: Run): Run {
  return {
    ...run,
    sourceListingFailed: true,
    alerts: addAlert(run.alerts, {
      code: 'source-listing-failed',
      detail: 'A listing of the source failed, so this run deletes nothing. The log says which one and why.',
    }),
  };
}

/** Fails a shard. The rest of its stretch is not compared in this run. */
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
      detail: `A part of ${container} could not be compared (${code}: ${message}). ${hint}`,
    }),
  };
}

/** Last-Modified is in whole seconds, rounded down. */
const SECOND_MS = 1000;

/** The alert of a run whose worker's clock is wrong or not confirmed. */
export function clockAlerts(assessment: ClockAssessment): readonly Alert[] {
  if (assessment.state === 'right') return [];
  if (assessment.state === 'unknown')
    return [toClockAlert('The clock of the worker that started this run could not be confirmed')];
  const { aheadMs, of } = assessment;
  const off = `${formatSkew(aheadMs)}, compared with that of the account ${of}`;
  return [toClockAlert(`The clock of the worker that started this run was ${off}`)];
}

/**
 * Corrects a run by the service's time of its document's last write. A run whose start is after that was started with a
 * clock that was ahead: possible in the release before only. If such a run took longer than its clock was ahead, its last
 * update is after the write instead.
 *
 * @param writtenAt undefined: the store does not say; then `now` is used
 */
export function correctByServiceTime(run: Run, writtenAt: Date | undefined, now: Date): Run {
  // The service's time of the last work on it.
  const corrected = writtenAt === undefined ? run : { ...run, updatedAt: writtenAt.toISOString() };
  const end = writtenAt === undefined ? now.getTime() + MOST_OFF_MS : writtenAt.getTime() + SECOND_MS;
  const claimed = run.provesUpTo ?? run.startedAt;
  const isMovedAhead = run.provesUpTo === undefined && Date.parse(run.updatedAt) >= end + MOST_OFF_MS;
  if (Date.parse(claimed) < end && !isMovedAhead) return corrected;
  const what = isMovedAhead ? `last moved at ${run.updatedAt}` : `began at ${claimed}`;
  const alert = toClockAlert(
    `By its document this run ${what}, after the document was last written: the clock of one of its workers was ahead`,
  );
  return { ...corrected, alerts: addAlert(run.alerts, alert) };
}

function toClockAlert(what: string): Alert {
  return {
    code: 'clock-off',
    detail: `${what}, so this run proves nothing. Synchronize the clock of the machine with NTP; the next run from a right clock proves again.`,
  };
}
