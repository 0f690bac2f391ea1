import type { RunSummary } from '../../api/run.ts';
import type { Status } from '../../api/status.ts';
import { post } from '../state/call-api.ts';
import { act } from '../state/notice.ts';
import { Time, bytes, count, counted, rounded, sum } from '../format/format-values.tsx';
import { Button, Icon } from '../ui/elements.tsx';

const STATES = {
  comparing: 'Comparing',
  deleting: 'Deleting',
  done: 'Done',
  cancelled: 'Cancelled',
  damaged: 'Damaged',
} as const satisfies Record<RunSummary['state'], string>;

const REASONS = {
  timer: 'by the timer',
  http: 'over HTTP',
  'command-line': 'from the command line',
  start: 'at startup',
  unknown: 'for an unknown reason',
} as const satisfies Record<RunSummary['request']['reason'], string>;

interface RunProps {
  readonly run: RunSummary;
  readonly status: Status;
}

export function RunRow({ run, status }: RunProps) {
  const { state, request, startedAt, endedAt, counts, alerts } = run;
  const failures = sum(counts.failed);
  const took = Date.parse(endedAt ?? status.at) - Date.parse(startedAt);
  const shape = alerts.length > 0 || failures > 0 ? 'bad' : state === 'cancelled' ? 'lost' : 'ok';
  return (
    <li class={endedAt === undefined ? 'under-way' : undefined}>
      <p class="title">
        {endedAt === undefined ? null : <Icon shape={shape} />}
        <strong>{STATES[state]}</strong> {scopeOf(run)}
        {request.dryRun ? <span class="tag">dry run</span> : null}
      </p>
      <p class="soft">
        <Time at={startedAt} now={status.at} /> {REASONS[request.reason]}
        {state === 'damaged' ? '' : `, ${endedAt ? 'took' : 'for'} ${rounded(took)}`}
      </p>
      <p>{found(run)}</p>
      {endedAt === undefined ? <Progress run={run} status={status} /> : null}
      {alerts.map(({ code, detail }) => (
        <p key={code + detail} class="alert">
          <Icon shape="bad" /> {detail}
        </p>
      ))}
    </li>
  );
}

function scopeOf({ state, request: { container, prefix } }: RunSummary): string {
  if (state === 'damaged') return 'scope unknown';
  if (container === undefined) return 'all containers';
  return prefix === undefined ? container : `${container}/${prefix}…`;
}

/** Verdicts that have counts of their own, by reason and by code. */
const COUNTED_APART: ReadonlySet<string> = new Set(['skipped', 'failed']);

function found({ state, counts, request }: RunSummary): string {
  if (state === 'damaged') return 'What it found is unknown.';
  const failures = sum(counts.failed);
  const skips = sum(counts.skipped);
  const verdicts = Object.entries(counts.byVerdict).filter(
    ([verdict, number]) => number > 0 && !COUNTED_APART.has(verdict),
  );
  const parts = [
    `${count(counts.inStep)} in step`,
    ...(request.dryRun || verdicts.length > 0
      ? verdicts.map(([verdict, number]) => `${count(number)} ${verdict}`)
      : []),
    ...(counts.bytesCopied > 0 ? [`${bytes(counts.bytesCopied)} copied`] : []),
    ...(skips > 0 ? [`${count(skips)} skipped`] : []),
    ...(failures > 0 ? [`${counted(failures, 'key')} failed`] : []),
  ];
  return parts.join(', ');
}

/** In keys, of as many as the last unrestricted full sync counted; indeterminate without such a count. */
function Progress({ run, status }: RunProps) {
  const { request, counts } = run;
  const expected = status.containers
    .filter(({ name }) => request.container === undefined || name === request.container)
    .reduce((total, { blobs }) => total + blobs, 0);
  const compared = counts.inStep + counts.nominated;
  const isKnown =
    run.state === 'comparing' && request.prefix === undefined && expected >= compared && compared > 0;
  const cancel = async () =>
    await act(async () => {
      await post(`/api/reconcile/${run.id}/cancel`);
      return 'The full sync is cancelled.';
    });
  return (
    <div class="progress">
      <progress aria-label="Progress of the full sync" {...(isKnown && { value: compared, max: expected })} />
      {isKnown ? (
        <span class="soft">
          {count(compared)} of about {count(expected)}
        </span>
      ) : null}
      <Button onPress={cancel}>Cancel</Button>
    </div>
  );
}
