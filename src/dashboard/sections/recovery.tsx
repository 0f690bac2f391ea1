import { useMemo } from 'preact/hooks';
import { skipHintOf } from '../../api/skip-hints.ts';
import type { RecoveryPoint, Status } from '../../api/status.ts';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/options.ts';
import { Time, counted, span } from '../format/format-values.tsx';

/** A smaller age is that of a change that is being mirrored. */
const IN_STEP_MS = 1000;

/**
 * The two recovery points. Live: every change before it is in the backup, by the events in the queue; its age is the
 * replication lag. Proven: the same, by the last complete, unrestricted full sync.
 */
export function Recovery({ status }: { readonly status: Status }) {
  const { recovery, health, at } = status;
  const isLate = (which: string): boolean => health.problems.some(({ code }) => code.includes(which));
  return (
    <section id="recovery" aria-labelledby="recovery-title" tabIndex={-1}>
      <h2 id="recovery-title" class="unseen">
        Recovery point
      </h2>
      <Live clock={status.clock} point={recovery.live} now={at} isLate={isLate('live')} />
      <Proven point={recovery.proven} now={at} isLate={isLate('proven')} />
      <Canary canary={recovery.canary} />
      <Excepted excepted={recovery.excepted} />
      <RecoveryChart status={status} />
    </section>
  );
}

interface PointProps<Point> {
  readonly point: Point;
  readonly now: string;
  /** Its age exceeds the threshold of health. */
  readonly isLate: boolean;
}

function Live({
  point: live,
  now,
  isLate,
  clock,
}: PointProps<RecoveryPoint['live']> & { readonly clock: Status['clock'] | undefined }) {
  if (live === null)
    return (
      <p class="hero">
        <strong>Live recovery point unknown.</strong>
        <span>
          {clock === undefined
            ? 'The queue cannot be read now.'
            : 'The clock of the worker that answered is wrong or not confirmed yet.'}
        </span>
      </p>
    );
  return (
    <p class="hero">
      <strong>
        Live up to <Time at={live.at} now={now} />
      </strong>
      <span class={isLate ? 'late' : undefined}>
        {live.ageMs < IN_STEP_MS ? 'in step with the source' : `${span(live.ageMs)} behind`}
      </span>
    </p>
  );
}

function Proven({ point: proven, now, isLate }: PointProps<RecoveryPoint['proven']>) {
  if (proven === null)
    return (
      <p class="second">
        <strong>Nothing is proven yet.</strong>
        <span>The first full sync that completes proves a recovery point.</span>
      </p>
    );
  return (
    <p class="second">
      <strong>
        Proven up to <Time at={proven.at} now={now} />
      </strong>
      <span class={isLate ? 'late' : undefined}>{span(proven.ageMs)} behind</span>
    </p>
  );
}

function Canary({ canary: { state, ageMs } }: Pick<RecoveryPoint, 'canary'>) {
  if (state === 'off') return null;
  const time = ageMs === undefined ? undefined : span(ageMs);
  return (
    <p class="aside">
      {state === 'waiting'
        ? `The canary has not arrived${time === undefined ? '' : ` for ${time}`}.`
        : `The last canary arrived${time === undefined ? '' : ` within ${time}`}.`}
    </p>
  );
}

function Excepted({ excepted: { count, sample } }: Pick<RecoveryPoint, 'excepted'>) {
  if (count === 0) return null;
  return (
    <details class="excepted">
      <summary>Except {counted(count, 'key')}</summary>
      <ul>
        {sample.map(({ container, path, reason }) => (
          <li key={`${container}/${path}`}>
            <span class="key-name">{path === '' ? container : `${container}/${path}`}</span>{' '}
            <code>{reason}</code> <span class="soft">{skipHintOf(reason)}</span>
          </li>
        ))}
      </ul>
      {count > sample.length ? <p class="soft">and {counted(count - sample.length, 'other')}</p> : null}
    </details>
  );
}

const HOUR_S = 3600;
/** A logarithmic scale has no zero. */
const LEAST_MS = 100;

const LIVE: Line = { name: 'Live', tone: 'first' };
const PROVEN: Line = { name: 'Proven', tone: 'second', dash: [8, 4] };
const CANARY: Line = { name: 'Canary', tone: 'third', dash: [2, 3] };

/** The ages of the recovery points and of the canary in the last 24 hours. */
function RecoveryChart({ status }: { readonly status: Status }) {
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

  if (history.length < 2) return <p class="soft">The chart of its age appears after the first minutes.</p>;
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
      label={`Age of the recovery point over time. The live recovery point was at most ${span(worst)} behind.`}
    />
  );
}
