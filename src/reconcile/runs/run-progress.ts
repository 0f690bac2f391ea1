import type { Run, ShardProgress } from '../../model/reconcile/run.ts';
import type { SliceName } from './document-names.ts';

/** Whether there is anything left to do in it. */
export function isUnderWay({ state }: Run): boolean {
  return state === 'comparing' || state === 'deleting';
}

export function isPhaseDone({ shards }: Run): boolean {
  return Object.values(shards).every(({ isDone }) => isDone);
}

/** Undefined: the run has no such shard, whatever a message calls it. */
export function progressOf({ shards }: Pick<Run, 'shards'>, shard: string): ShardProgress | undefined {
  return Object.hasOwn(shards, shard) ? shards[shard] : undefined;
}

/** Whether this very slice is the next one of its shard. */
export function isDue(run: Run, { shard, slice }: Pick<SliceName, 'shard' | 'slice'>): boolean {
  const progress = progressOf(run, shard);
  return isUnderWay(run) && progress !== undefined && !progress.isDone && progress.slices === slice;
}
