/**
 * A histogram of lags with the same bounds for all workers, so that their counts can be added. Each bound is
 * the one below it times the fourth root of two: a percentile is at most a fifth too high.
 */
type LagHistogram = Readonly<Record<number, number>>;

const PER_OCTAVE = 4;
/** The last bound is over a week. */
const LAST = 120;

/** The number of the bucket of a lag. */
export function lagBucket(lagMs: number): number {
  return lagMs <= 1 ? 0 : Math.min(LAST, Math.ceil(PER_OCTAVE * Math.log2(lagMs)));
}

/** The longest lag of a bucket, in milliseconds. */
function longestOf(bucket: number): number {
  return 2 ** (bucket / PER_OCTAVE);
}

export function addHistograms(all: Iterable<LagHistogram>): LagHistogram {
  const sum: Record<number, number> = {};
  for (const histogram of all) {
    for (const [bucket, count] of Object.entries(histogram))
      sum[Number(bucket)] = (sum[Number(bucket)] ?? 0) + count;
  }
  return sum;
}

/** The lag that this share of all lags does not exceed, in milliseconds; null when there is none. */
export function lagPercentile(histogram: LagHistogram, share: number): number | null {
  // Integer keys of an object come in ascending order.
  const counts = Object.entries(histogram);
  const rank = share * counts.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of counts) {
    seen += count;
    if (count > 0 && seen >= rank) return Math.round(longestOf(Number(bucket)));
  }
  return null;
}
