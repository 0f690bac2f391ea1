import { type Attributes, type Counter, type Histogram, type Meter, metrics } from '@opentelemetry/api';
import { METRICS, type MetricName, type MetricOf } from './metric-table.ts';

export interface Instruments {
  readonly counters: Readonly<Record<MetricOf<'counter'>, Counter>>;
  readonly histograms: Readonly<Record<MetricOf<'histogram'>, Histogram>>;
}

/** The values of a gauge, called whenever metrics are read. */
export type ReadGauge = (name: MetricOf<'gauge'>) => Iterable<readonly [value: number, Attributes]>;

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
export function instrumentsOfProcess(read: ReadGauge): () => Instruments {
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
export type Point = readonly [value: number | (() => number), attributes?: Attributes];

/** One worker observes a value and another may observe the next, so an old value is dropped. Milliseconds. */
const FORGET_AFTER_MS = 10 * 60_000;

/** The last observed values of all gauges. */
export class Observed {
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
