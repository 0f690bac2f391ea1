import { useMemo } from 'preact/hooks';
import type { Activity as ActivityAnswer, Status } from '../../api/status.ts';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/options.ts';
import { bytes, count, counted, span } from '../format/format-values.tsx';
import { Section } from '../ui/elements.tsx';

const CHANGES: readonly Line[] = [{ name: 'Changes a minute', tone: 'first', dash: 'bars' }];
const LAG: readonly Line[] = [
  { name: 'Half within', tone: 'first' },
  { name: '99 % within', tone: 'second', dash: [8, 4] },
];

/** Throughput and replication lag of the last hour. */
export function ActivitySection({ status }: { readonly status: Status }) {
  const { activity, at, stateAsOf } = status;
  const { changes, lagP50Ms, lagP99Ms } = activity;
  const rows = useMemo(() => toMinutes(activity, at), [status]);
  // Room for half a bar at either end.
  const from = (rows.times[0] ?? 0) - 45;
  const to = (rows.times.at(-1) ?? 0) + 45;
  const failed = activity.minutes.reduce((sum, minute) => sum + minute.failed, 0);

  if (stateAsOf === null)
    return <Section id="activity" title="Last hour" summary="Not known: the state cannot be read now." />;
  if (activity.minutes.length === 0)
    return <Section id="activity" title="Last hour" summary="No change was mirrored." />;
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
          {failed === 0 ? '' : ` ${counted(failed, 'attempt')} failed.`}
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
          least={LEAST_MS}
          label={`Replication lag, minute by minute.${lag}`}
        />
      </div>
    </Section>
  );
}

const MINUTE_MS = 60_000;
const MINUTES = 60;
const LEAST_MS = 10;

interface Minutes {
  /** Seconds since 1970, each the beginning of a minute. */
  readonly times: number[];
  readonly changes: number[];
  readonly lagP50Ms: (number | null)[];
  readonly lagP99Ms: (number | null)[];
}

/** The sixty minutes up to now, including those without a change. */
function toMinutes({ minutes }: ActivityAnswer, now: string): Minutes {
  const known = new Map(minutes.map((minute) => [Math.floor(Date.parse(minute.at) / MINUTE_MS), minute]));
  // The current minute is left out while it has no change: an empty bar would look like a stop.
  const current = Math.floor(Date.parse(now) / MINUTE_MS);
  const last = known.has(current) ? current : current - 1;
  const numbers = Array.from({ length: MINUTES }, (_, index) => last - MINUTES + 1 + index);
  const lag = (of: 'lagP50Ms' | 'lagP99Ms') => numbers.map((number) => known.get(number)?.[of] ?? null);
  return {
    times: numbers.map((number) => number * 60),
    changes: numbers.map((number) => known.get(number)?.changes ?? 0),
    lagP50Ms: lag('lagP50Ms'),
    lagP99Ms: lag('lagP99Ms'),
  };
}
