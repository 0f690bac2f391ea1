import { type Attributes, type Counter, type Histogram, type Meter, metrics } from '@opentelemetry/api';
import type { ErrorCode } from '../model/errors.ts';
import type { Verdict } from '../model/verdict.ts';
import { METRICS, type MetricName, type MetricOf } from './metric-table.ts';

/**
 * Functions that record metrics, called where the work is done. They use the API of OpenTelemetry only: without a provider
 * they do nothing. They never throw and take about a microsecond.
 */

interface Instruments {
  readonly counters: Readonly<Record<MetricOf<'counter'>, Counter>>;
  readonly histograms: Readonly<Record<MetricOf<'histogram'>, Histogram>>;
}

/** The values of a gauge, called whenever metrics are read. */
type ReadGauge = (name: MetricOf<'gauge'>) => Iterable<readonly [value: number, Attributes]>;

/** From a tenth of a second to a day. */
const LAG_BOUNDS_S = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150, 300, 900, 3600, 14_400, 86_400];

function createInstruments(meter: Meter, read: ReadGauge): Instruments {
  const counters: Partial<Record<MetricOf<'counter'>, Counter>> = {};
  const histograms: Partial<Record<MetricOf<'histogram'>, Histogram>> = {};
  for (const name of Object.keys(METRICS) as (keyof typeof METRICS)[]) {
    const { name: text, kind, unit, description } = METRICS[name];
    switch (kind) {
      case 'counter':
        counters[name as MetricOf<'counter'>] = meter.createCounter(text, { unit, description });
        break;
      case 'histogram':
        histograms[name as MetricOf<'histogram'>] = meter.createHistogram(text, {
          unit,
          description,
          advice: { explicitBucketBoundaries: LAG_BOUNDS_S },
        });
        break;
      case 'gauge':
        meter.createObservableGauge(text, { unit, description }).addCallback((result) => {
          for (const [value, attributes] of read(name as MetricOf<'gauge'>))
            result.observe(value, attributes);
        });
        break;
    }
  }
  return { counters, histograms } as Instruments;
}

/**
 * The instruments of the global provider. Instruments that were made before a provider was set stay without effect, so
 * they are made again when the provider changes.
 */
function instrumentsOfProcess(read: ReadGauge): () => Instruments {
  let provider: unknown;
  let instruments: Instruments | undefined;
  return () => {
    const current = metrics.getMeterProvider();
    if (instruments === undefined || current !== provider) {
      provider = current;
      instruments = createInstruments(current.getMeter('blobmirror'), read);
    }
    return instruments;
  };
}

type GaugeName = MetricOf<'gauge'>;
/** A value, or a function that gives it when metrics are read. */
type Point = readonly [value: number | (() => number), attributes?: Attributes];

/** One worker observes a value and another may observe the next, so an old value is dropped. Milliseconds. */
const FORGET_AFTER_MS = 10 * 60_000;

/** The last observed values of all gauges. */
class Observed {
  readonly #seen = new Map<MetricName, { readonly at: number; readonly points: readonly Point[] }>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  set(name: GaugeName, points: readonly Point[]): void {
    this.#seen.set(name, { at: this.#now(), points });
  }

  *read(name: GaugeName): Generator<readonly [value: number, Attributes]> {
    const seen = this.#seen.get(name);
    if (seen === undefined || this.#now() - seen.at > FORGET_AFTER_MS) return;
    for (const [value, attributes = {}] of seen.points)
      yield [typeof value === 'number' ? value : value(), attributes];
  }
}

/** What a check was for: an event, a full sync, or a key on record. The name of the attribute is part of the metrics. */
export type Door = 'event' | 'reconcile' | 'retry';

/** A successful check of a key. */
export interface Change {
  readonly verdict: Verdict['verdict'] | 'renamed';
  readonly door: Door;
  /** By its name at the source. */
  readonly container: string;
  /** Bytes of content copied. */
  readonly bytes?: number | undefined;
  /** Set for a copy of content that was probably the same already: see `Verdict`. */
  readonly likelySame?: { readonly path: string } | undefined;
  /** From the time of the event until now. Undefined when no event named this key. */
  readonly lagMs?: number | undefined;
}

/**
 * `absent`: 404. `conflict`: a condition did not hold. `refused`: any other 4xx. `throttled`: 429 or 503. `failed`: any
 * other 5xx. `unanswered`: no response.
 */
export type RequestOutcome = 'ok' | 'absent' | 'conflict' | 'refused' | 'throttled' | 'failed' | 'unanswered';

const observed = new Observed();
const instruments = instrumentsOfProcess((name) => observed.read(name));
const changeListeners = new Set<(change: Change) => void>();
const failureListeners = new Set<() => void>();

/** Whether the backup was changed and the change is complete. */
export function isMirrored({ verdict }: Pick<Change, 'verdict'>): boolean {
  return verdict !== 'in-sync' && verdict !== 'skipped' && verdict !== 'unfinished';
}

export function recordChange(change: Change): void {
  const { verdict, door, bytes = 0, lagMs } = change;
  const { counters, histograms } = instruments();
  counters.changes.add(1, { verdict, door });
  if (bytes > 0) counters.bytes.add(bytes, { door });
  // The clock of the service may be ahead of ours.
  if (lagMs !== undefined && isMirrored(change)) histograms.lag.record(Math.max(0, lagMs) / 1000);
  for (const listener of changeListeners) listener(change);
}

/** A message is sent again for a retry. */
export function recordRetry(code: ErrorCode, door: Door): void {
  instruments().counters.retries.add(1, { code, door });
  for (const listener of failureListeners) listener();
}

/** A message is dead-lettered. */
export function recordParked(code: ErrorCode): void {
  instruments().counters.parked.add(1, { code });
  for (const listener of failureListeners) listener();
}

export function recordIgnored(code: ErrorCode): void {
  instruments().counters.ignored.add(1, { code });
}

/** @param account one of the accounts in the settings */
export function recordRequest(account: string, outcome: RequestOutcome): void {
  const { counters } = instruments();
  counters.requests.add(1, { account, outcome });
  if (outcome === 'throttled') counters.throttles.add(1, { account });
}

/** A recorded slice of a full sync, and the shards of its run. */
export function recordSlice(
  listed: { readonly source: number; readonly backup: number },
  shards: { readonly open: number; readonly done: number },
): void {
  const { counters } = instruments();
  counters.slices.add(1, { outcome: 'recorded' });
  counters.listed.add(listed.source, { side: 'source' });
  counters.listed.add(listed.backup, { side: 'backup' });
  observed.set('shards', [
    [shards.open, { state: 'open' }],
    [shards.done, { state: 'done' }],
  ]);
}

export function recordFailedSlice(): void {
  instruments().counters.slices.add(1, { outcome: 'failed' });
}

/** The recovery points, when they are read. Their ages grow until the next call, for at most ten minutes. */
export function observeRecovery(point: {
  readonly provenAgeMs?: number | undefined;
  readonly liveAgeMs?: number | undefined;
  readonly canaryAgeMs?: number | undefined;
}): void {
  const { provenAgeMs, liveAgeMs, canaryAgeMs } = point;
  const observedAt = performance.now();
  const growing = (ageMs: number) => (): number => (ageMs + performance.now() - observedAt) / 1000;
  observed.set('provenAge', provenAgeMs === undefined ? [] : [[growing(provenAgeMs)]]);
  observed.set('liveAge', liveAgeMs === undefined ? [] : [[growing(liveAgeMs)]]);
  observed.set('canaryAge', canaryAgeMs === undefined ? [] : [[canaryAgeMs / 1000]]);
  instruments();
}

/** The backlog of the events queue. @param byAge the age buckets of the status */
export function observeBacklog(
  byAge: readonly { readonly bucket: string; readonly messages: number; readonly bytes: number }[],
): void {
  observed.set(
    'backlogMessages',
    byAge.map(({ bucket, messages }) => [messages, { age: bucket }]),
  );
  observed.set(
    'backlogSize',
    byAge.map(({ bucket, bytes }) => [bytes, { age: bucket }]),
  );
  instruments();
}

/** Further codes are counted as `other`: anybody who can send to the queue can choose the code of a dead letter. */
const MAX_CODES = 40;
const IS_CODE = /^[A-Za-z][A-Za-z0-9-]{0,49}$/;

/** The dead letters in both queues; undefined: unknown, which is not zero. */
export function observeDeadLetters(byCode: Readonly<Record<string, number>> | undefined): void {
  if (byCode === undefined) {
    observed.set('deadLetters', []);
    return;
  }
  const codes = Object.entries(byCode).toSorted(([, a], [, b]) => b - a);
  const named = codes.filter(([code]) => IS_CODE.test(code) && code !== 'other').slice(0, MAX_CODES);
  const count = (list: readonly (readonly [string, number])[]) =>
    list.reduce((sum, [, each]) => sum + each, 0);
  const other = count(codes) - count(named);
  observed.set('deadLetters', [
    ...named.map(([code, number]) => [number, { code }] as const),
    // A zero where there are none tells them from an unknown number.
    ...(other > 0 || named.length === 0 ? [[other, { code: 'other' }] as const] : []),
  ]);
  instruments();
}

/** The problems of health. One that is over has no value. */
export function observeHealth(
  problems: readonly { readonly code: string; readonly severity?: 'warning' }[],
): void {
  observed.set(
    'healthProblems',
    problems.map(({ code, severity = 'failing' }) => [1, { code, severity }]),
  );
  instruments();
}

/** Listeners must be fast and must not throw. Returns a function that removes them. */
export function listenToChanges(listeners: {
  readonly changed: (change: Change) => void;
  readonly failed: () => void;
}): () => void {
  changeListeners.add(listeners.changed);
  failureListeners.add(listeners.failed);
  return () => {
    changeListeners.delete(listeners.changed);
    failureListeners.delete(listeners.failed);
  };
}
