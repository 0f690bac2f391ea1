import { useMemo } from 'preact/hooks';
import type { Status } from '../../model/status.ts';
import { span } from '../format/span.ts';
import { Chart } from './chart.tsx';
import type { Line } from './options.ts';

const HOUR_S = 3600;
/** A scale that multiplies has no zero. */
const LEAST_MS = 100;

const LIVE: Line = { name: 'Live', tone: 'first' };
const PROVEN: Line = { name: 'Proven', tone: 'second', dash: [8, 4] };
const CANARY: Line = { name: 'Canary', tone: 'third', dash: [2, 3] };

/** How far behind the backup was, since yesterday. */
export function RecoveryChart({ status }: { readonly status: Status }) {
  const { at, history, recovery } = status;
  const now = Date.parse(at) / 1000;
  const data = useMemo(() => {
    const last = {
      at,
      liveAgeMs: recovery.live?.ageMs ?? null,
      provenAgeMs: recovery.proven?.ageMs ?? null,
      canaryAgeMs: recovery.canary.ageMs ?? null,
    };
    const samples = [...history, last];
    const row = (of: (sample: typeof last) => number | null) =>
      samples.map((sample) => {
        const age = of(sample);
        return age === null ? null : Math.max(age, LEAST_MS);
      });
    return [
      samples.map((sample) => Date.parse(sample.at) / 1000),
      row(({ liveAgeMs }) => liveAgeMs),
      row(({ provenAgeMs }) => provenAgeMs),
      row(({ canaryAgeMs }) => canaryAgeMs),
    ] satisfies [number[], ...(number | null)[][]];
  }, [status]);

  if (history.length < 2) return <p class="soft">Its age over time shows here after the first minutes.</p>;
  const from = Math.min(data[0]?.[0] ?? now, now - HOUR_S / 6);
  const worst = Math.max(...history.map(({ liveAgeMs }) => liveAgeMs ?? 0));
  return (
    <Chart
      lines={[LIVE, PROVEN, CANARY]}
      data={data}
      from={from}
      to={now}
      axis="duration"
      format={span}
      label={`Age of the recovery point over time. The live one was at most ${span(worst)} behind.`}
    />
  );
}
