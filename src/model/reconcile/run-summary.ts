import type { Run } from './run.ts';

/** A run without what grows with the number of its shards, containers and samples. */
export type RunSummary = Omit<Run, 'shards' | 'containers' | 'samples'>;

export function toSummary({
  shards: _shards,
  containers: _containers,
  samples: _samples,
  ...run
}: Run): RunSummary {
  return run;
}
