import type { Counts, ReportLine, Samples } from '../model/reconcile/run.ts';

export const NO_COUNTS: Counts = {
  inStep: 0,
  nominated: 0,
  bytesCopied: 0,
  byVerdict: {},
  skipped: {},
  failed: {},
};

export const NO_SAMPLES: Samples = { repaired: [], skipped: [], failed: [] };

/** How many lines of each kind a run shows. */
export const MOST_SAMPLES = 100;

export function addCounts(one: Counts, other: Partial<Counts>): Counts {
  return {
    inStep: one.inStep + (other.inStep ?? 0),
    nominated: one.nominated + (other.nominated ?? 0),
    bytesCopied: one.bytesCopied + (other.bytesCopied ?? 0),
    byVerdict: addTallies(one.byVerdict, other.byVerdict),
    skipped: addTallies(one.skipped, other.skipped),
    failed: addTallies(one.failed, other.failed),
  };
}

type Tally = Readonly<Record<string, number>>;

export function addTallies(one: Tally, other: Tally = {}): Tally {
  const sum = { ...one };
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export function addSamples(samples: Samples, lines: readonly ReportLine[]): Samples {
  const all = { ...samples };
  for (const line of lines) {
    const kind = kindOf(line);
    if (all[kind].length < MOST_SAMPLES) all[kind] = [...all[kind], line];
  }
  return all;
}

/** What a dry run found would be repaired. */
function kindOf({ verdict }: ReportLine): keyof Samples {
  if (verdict === 'skipped') return 'skipped';
  return verdict === 'failed' ? 'failed' : 'repaired';
}
