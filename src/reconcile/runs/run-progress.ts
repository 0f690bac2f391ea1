import type { Run } from '../../model/reconcile/run.js';
import type { Shard } from '../../model/reconcile/shard.js';

/** Whether there is anything left to do in it. */
export function isUnderWay({ state }: Run): boolean {
  return state === 'comparing' || state === 'deleting';
}

export function isPhaseDone({ shards }: Run): boolean {
  return Object.values(shards).every(({ isDone }) => isDone);
}

/** Whether this very slice is the next one of its shard. */
export function isDue(run: Run, { shard, slice }: Pick<Shard, 'shard' | 'slice'>): boolean {
  const progress = run.shards[shard];
  return isUnderWay(run) && progress !== undefined && !progress.isDone && progress.slices === slice;
}
