import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addHistograms, lagBucket, lagPercentile } from '../../../src/status/activity/lag-histogram.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
const lags = fc.array(fc.integer({ min: -1000, max: WEEK_MS }), { minLength: 1, maxLength: 200 });
const share = fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1);

function toHistogram(of: readonly number[]): Record<number, number> {
  const histogram: Record<number, number> = {};
  for (const lag of of) histogram[lagBucket(lag)] = (histogram[lagBucket(lag)] ?? 0) + 1;
  return histogram;
}

describe('a histogram of lags', () => {
  it('says of every percentile a lag that is not below the true one, and a fifth above it at most', () => {
    fc.assert(
      fc.property(lags, share, (all, of) => {
        const sorted = all.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(of * sorted.length) - 1] ?? Number.NaN;
        const said = lagPercentile(toHistogram(all), of) ?? Number.NaN;
        // To a whole millisecond.
        expect(said).toBeGreaterThanOrEqual(exact - 0.5);
        expect(said).toBeLessThanOrEqual(Math.max(1, exact * 1.2 + 0.5));
      }),
    );
  });

  it('is the same whether all were counted together or apart', () => {
    fc.assert(
      fc.property(lags, lags, (one, other) => {
        expect(addHistograms([toHistogram(one), toHistogram(other)])).toEqual(
          toHistogram([...one, ...other]),
        );
      }),
    );
  });

  it('has so many buckets and no more, whatever the lags', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (lag) => {
        expect(lagBucket(lag)).toBeGreaterThanOrEqual(0);
        expect(lagBucket(lag)).toBeLessThanOrEqual(120);
      }),
    );
  });

  it('says nothing when it is empty', () => {
    expect(lagPercentile({}, 0.5)).toBeNull();
  });
});
