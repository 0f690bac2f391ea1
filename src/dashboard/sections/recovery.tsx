import { useMemo } from 'preact/hooks';
import { headlineOf } from '../../api/headline.ts';
import type { RecoveryPoint, Status } from '../../api/status.ts';
import { Chart } from '../charts/chart.tsx';
import type { Line } from '../charts/options.ts';
import { Time, counted, span } from '../format/format-values.tsx';

/**
 * The state of the mirror, by the worst that is known of it, and below it the two recovery points. Live: every change
 * before it is in the backup, by the events in the queue; its age is the replication lag. Proven: the same, by the last
 * complete, unrestricted full sync; its age is that of the proof.
 */
export function Recovery({ status }: { readonly status: Status }) {
  const { recovery, health, at, stateAsOf } = status;
  const isLate = (which: string): boolean => health.problems.some(({ code }) => code.includes(which));
  const { tone, text } = headlineOf(status);
  return (
    <section id="recovery" aria-labelledby="recovery-title" tabIndex={-1}>
      <h2 id="recovery-title" class="unseen">
        Recovery point
      </h2>
      <p class={`hero ${tone}`}>
        <strong>{text}</strong>
      </p>
      <Live clock={status.clock} point={recovery.live} now={at} isLate={isLate('live')} />
      <Proven point={recovery.proven} now={at} isLate={isLate('proven')} isUnknown={stateAsOf === null} />
      <Canary canary={recovery.canary} now={at} />
      {typeof stateAsOf !== 'string' ? null : (
        <p class="aside">
          The state cannot be read now. What it tells is of <Time at={stateAsOf} now={at} />: the proven
          recovery point, the pause, the canary, the last hour, full syncs and containers.
        </p>
      )}
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
      <p class="second">
        <strong>Live recovery point unknown.</strong>{' '}
        <span>
          {clock === undefined
            ? 'The queue cannot be read now.'
            : 'The clock of the worker that answered is wrong or not confirmed yet.'}
        </span>
      </p>
    );
  return (
    <p class="second">
      <strong>
        Live up to <Time at={live.at} now={now} />
      </strong>{' '}
      <span class={isLate ? 'late' : undefined}>
        {live.ageMs === 0 ? 'no change waits' : `${span(live.ageMs)} behind`}
      </span>
    </p>
  );
}

function Proven({
  point: proven,
  now,
  isLate,
  isUnknown,
}: PointProps<RecoveryPoint['proven']> & { readonly isUnknown: boolean }) {
  if (isUnknown)
    return (
      <p class="second">
        <strong>Proven recovery point unknown.</strong> <span>The state cannot be read now.</span>
      </p>
    );
  if (proven === null)
    return (
      <p class="second">
        <strong>Nothing is proven yet.</strong>{' '}
        <span>The first full sync that completes proves a recovery point.</span>
      </p>
    );
  return (
    <p class="second">
      <strong>
        Proven up to <Time at={proven.at} now={now} />
      </strong>{' '}
      <span class={isLate ? 'late' : undefined}>{span(proven.ageMs)} ago</span>
    </p>
  );
}

interface CanaryProps extends Pick<RecoveryPoint, 'canary'> {
  readonly now: string;
}

function Canary({ canary: { state, ageMs, writtenAt, isUnknown }, now }: CanaryProps) {
  if (state === 'off') return null;
  if (isUnknown === true) return <p class="aside">Of the canary nothing is known now.</p>;
  const time = ageMs === undefined ? undefined : span(ageMs);
  const written =
    writtenAt === undefined ? null : (
      <>
        , written at <Time at={writtenAt} now={now} />,
      </>
    );
  return (
    <p class="aside">
      {state === 'waiting' ? 'The canary' : 'The last canary'}
      {written}{' '}
      {state === 'waiting'
        ? `has not arrived${time === undefined ? '' : ` for ${time}`}.`
        : `arrived${time === undefined ? '' : ` within ${time}`}.`}
    </p>
  );
}

function Excepted({ excepted: { count, ...excepted } }: Pick<RecoveryPoint, 'excepted'>) {
  const isComplete = excepted.isComplete !== false;
  if (count === 0)
    return isComplete ? null : (
      <p class="aside">Which keys are excepted is not known: not everything that names them could be read.</p>
    );
  return (
    <p class="aside">
      <a href="#unprotected">
        Except {isComplete ? '' : 'at least '}
        {counted(count, 'key')}
      </a>
    </p>
  );
}

const HOUR_S = 3600;
const LEAST_MS = 100;

const LIVE: Line = { name: 'Live', tone: 'first' };
const PROVEN: Line = { name: 'Proven', tone: 'second', dash: [8, 4] };
const CANARY: Line = { name: 'Canary', tone: 'third', dash: [2, 3] };

/** The ages of the recovery points and of the canary in the last 24 hours. */
function RecoveryChart({ status }: { readonly status: Status }) {
  const { at, history, recovery } = status;
  const now = Date.parse(at) / 1000;
  const isFollowed = recovery.canary.state !== 'off';
  const data = useMemo(() => {
    const last = {
      at,
      liveAgeMs: recovery.live?.ageMs ?? null,
      provenAgeMs: recovery.proven?.ageMs ?? null,
      canaryAgeMs: recovery.canary.ageMs ?? null,
    };
    const samples = [...history, last];
    return [
      samples.map((sample) => Date.parse(sample.at) / 1000),
      samples.map(({ liveAgeMs }) => liveAgeMs),
      samples.map(({ provenAgeMs }) => provenAgeMs),
      ...(isFollowed ? [samples.map(({ canaryAgeMs }) => canaryAgeMs)] : []),
    ] satisfies [number[], ...(number | null)[][]];
  }, [status]);

  if (history.length < 2) return <p class="soft">The chart of its age appears after the first minutes.</p>;
  const from = Math.min(data[0]?.[0] ?? now, now - HOUR_S / 6);
  const worst = Math.max(...history.map(({ liveAgeMs }) => liveAgeMs ?? 0));
  return (
    <Chart
      key={String(isFollowed)}
      lines={isFollowed ? [LIVE, PROVEN, CANARY] : [LIVE, PROVEN]}
      data={data}
      from={from}
      to={now}
      axis="duration"
      format={span}
      least={LEAST_MS}
      missing="unknown"
      label={`Age of the recovery points over time. The live recovery point was at most ${span(worst)} behind.`}
    />
  );
}
