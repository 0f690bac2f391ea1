import { MOST_OFF_MS } from '../../clock/heard-clock.ts';
import type { ClockJudgement } from '../../clock/service-clock.ts';
import type { Alert, Run } from '../../model/reconcile/run.ts';
import { skew } from '../../model/statement.ts';
import { addAlert } from './add-alert.ts';

/** Last-Modified has whole seconds, cut off. */
const SECOND_MS = 1000;

/** What is told of a run by a worker whose clock tells no time that could be claimed; none where it does. */
export function clockAlerts(judgement: ClockJudgement): readonly Alert[] {
  if (judgement.state === 'right') return [];
  if (judgement.state === 'unknown')
    return [toAlert('Nobody could tell whether the clock of the worker that began this run is right')];
  const { aheadMs, of } = judgement;
  const off = `${skew(aheadMs)}, by that of the account ${of}`;
  return [toAlert(`The clock of the worker that began this run was ${off}`)];
}

/**
 * A run as it is believed, by when the service says that its document was last written. One that says that it began
 * after that was begun by a clock that was ahead: a worker of this release would not have claimed it, one of the release
 * before may have. Of a run of that one which took longer than its clock was ahead, the time tells that it last moved.
 *
 * @param writtenAt undefined where the store does not tell; then it is believed to have begun by now
 */
export function believe(run: Run, writtenAt: Date | undefined, now: Date): Run {
  // The service's own word for when somebody was last at work on it.
  const believed = writtenAt === undefined ? run : { ...run, updatedAt: writtenAt.toISOString() };
  const end = writtenAt === undefined ? now.getTime() + MOST_OFF_MS : writtenAt.getTime() + SECOND_MS;
  const claimed = run.provesUpTo ?? run.startedAt;
  const isMovedAhead = run.provesUpTo === undefined && Date.parse(run.updatedAt) >= end + MOST_OFF_MS;
  if (Date.parse(claimed) < end && !isMovedAhead) return believed;
  const what = isMovedAhead ? `last moved at ${run.updatedAt}` : `began at ${claimed}`;
  const alert = toAlert(
    `This run says that it ${what}, which is after its document was last written: the clock of a worker of it was ahead`,
  );
  return { ...believed, alerts: addAlert(run.alerts, alert) };
}

function toAlert(what: string): Alert {
  return {
    code: 'clock-off',
    detail: `${what}, so this run proves nothing. Let the machine keep its clock by NTP; the next run of a worker whose clock is right proves anew.`,
  };
}
