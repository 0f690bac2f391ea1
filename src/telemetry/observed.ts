import type { Attributes } from '@opentelemetry/api';
import type { MetricOf, MetricName } from './metric-table.ts';

type GaugeName = MetricOf<'gauge'>;
/** A value, or what tells it when it is asked for. */
export type Point = readonly [value: number | (() => number), attributes?: Attributes];

/**
 * What a gauge shows was seen by one worker, and the next to look may be another. So what nobody has seen for so long is
 * shown no more, in milliseconds.
 */
const FORGET_AFTER_MS = 10 * 60_000;

/** What was last seen of everything that gauges show. */
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
