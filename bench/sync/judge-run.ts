import type { Run } from '../../src/api/run.ts';

/** Whether a run brought everything in step, and which paths it names as left out. */
export function judgeRun({ state, counts, alerts, samples }: Run): {
  readonly isWhole: boolean;
  readonly leftOut: readonly string[];
} {
  return {
    isWhole: state === 'done' && alerts.length === 0 && Object.keys(counts.failed).length === 0,
    leftOut: [...samples.skipped, ...samples.failed].map(({ path }) => path),
  };
}
