/**
 * A histogram of lags whose bounds are the same for everybody, so that those of many workers add up, number by number.
 * A bound is the one below it times the fourth root of two: what a percentile says is at most a fifth too high.
 */
type LagHistogram = Readonly<Record<number, number>>;

const PER_OCTAVE = 4;
/** Over a week. */
const LAST = 120;

/** The number of the bucket that a lag falls into. */
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

/** The lag that so large a share of all stays within, in milliseconds; null when there is none. */
export function lagPercentile(histogram: LagHistogram, share: number): number | null {
  // The keys of an object that are small whole numbers come in ascending order.
  const counts = Object.entries(histogram);
  const rank = share * counts.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of counts) {
    seen += count;
    if (count > 0 && seen >= rank) return Math.round(longestOf(Number(bucket)));
  }
  return null;
}
