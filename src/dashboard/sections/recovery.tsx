import { skipHintOf } from '../../model/skip-hints.ts';
import type { RecoveryPoint, Status } from '../../model/status.ts';
import { RecoveryChart } from '../charts/recovery-chart.tsx';
import { counted } from '../format/figures.ts';
import { span } from '../format/span.ts';
import { Time } from '../format/time.tsx';

/** Below this, what waits is on its way. */
const IN_STEP_MS = 1000;

/** How far behind the backup is, in words that can be read from across the room. */
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
  /** Its age has passed the threshold of health. */
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
        <strong>How far behind is not known.</strong>
        <span>
          {clock === undefined
            ? 'The queue could not be asked.'
            : 'The clock of the machine that answers is not known to be right.'}
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
        <span>The first reconcile that ends does that.</span>
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
