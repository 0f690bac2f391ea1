import type { Backlog } from '../../model/status.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Buckets of age, each up to its bound. */
const BUCKETS: readonly (readonly [name: string, below: number])[] = [
  ['0-5 min', 5 * MINUTE],
  ['5-10 min', 10 * MINUTE],
  ['10-15 min', 15 * MINUTE],
  ['15-30 min', 30 * MINUTE],
  ['30 min-2 h', 2 * HOUR],
  ['2-8 h', 8 * HOUR],
  ['8-24 h', 24 * HOUR],
  ['more', Infinity],
];

/** Sums up messages by the age of their change. */
export class AgeBuckets {
  readonly #sums = BUCKETS.map(([bucket]) => ({ bucket, messages: 0, bytes: 0 }));

  add(ageMs: number, bytes: number): void {
    const sum = this.#sums[BUCKETS.findIndex(([, below]) => ageMs < below)];
    if (sum === undefined) return;
    sum.messages++;
    sum.bytes += bytes;
  }

  get byAge(): Backlog['byAge'] {
    return this.#sums;
  }
}
