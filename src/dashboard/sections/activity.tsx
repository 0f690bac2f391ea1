import { useMemo } from 'preact/hooks';
import type { Status } from '../../model/status.ts';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/options.ts';
import { toMinutes } from '../charts/to-minutes.ts';
import { bytes, count, counted } from '../format/figures.ts';
import { span } from '../format/span.ts';
import { Section } from '../ui/section.tsx';

const CHANGES: readonly Line[] = [{ name: 'Changes a minute', tone: 'first', dash: 'bars' }];
const LAG: readonly Line[] = [
  { name: 'Half within', tone: 'first' },
  { name: '99 % within', tone: 'second', dash: [8, 4] },
];

/** Throughput and lag of the last hour. */
export function Activity({ status }: { readonly status: Status }) {
  const { activity, at } = status;
  const { changes, lagP50Ms, lagP99Ms } = activity;
  const rows = useMemo(() => toMinutes(activity, at), [status]);
  // Room for half a bar at either end.
  const from = (rows.times[0] ?? 0) - 45;
  const to = (rows.times.at(-1) ?? 0) + 45;
  const failed = activity.minutes.reduce((sum, minute) => sum + minute.failed, 0);

  if (activity.minutes.length === 0)
    return <Section id="activity" title="Last hour" summary="Nothing changed at the source." />;
  const lag =
    lagP50Ms === null || lagP99Ms === null
      ? ''
      : ` Half of them arrived within ${span(lagP50Ms)}, 99 % within ${span(lagP99Ms)}.`;
  return (
    <Section
      id="activity"
      title="Last hour"
      summary={
        <>
          {counted(changes, 'change')} mirrored, {bytes(activity.bytes)}.{lag}
          {failed === 0 ? '' : ` ${counted(failed, 'try', 'tries')} failed.`}
        </>
      }
    >
      <div class="two">
        <Chart
          lines={CHANGES}
          data={[rows.times, rows.changes]}
          from={from}
          to={to}
          axis="count"
          format={count}
          label={`Changes mirrored, minute by minute: ${count(changes)} in the last hour.`}
        />
        <Chart
          lines={LAG}
          data={[rows.times, rows.lagP50Ms, rows.lagP99Ms]}
          from={from}
          to={to}
          axis="duration"
          format={span}
          label={`Lag of changes, minute by minute.${lag}`}
        />
      </div>
    </Section>
  );
}
