import type { RunId } from '../../model/reconcile/run.ts';
import type { ShardMessage } from '../../model/reconcile/shard.ts';

/** Which run is under way: one at a time. */
export const CURRENT = 'reconcile/current';

/** A document for each run. */
export const RUNS = 'reconcile/runs/';

export function runName(id: RunId): string {
  return `${RUNS}${id}`;
}

/** What all else of a run begins with. No folder of its own: a hierarchical account would keep it, empty, for ever. */
export function dataPrefix(id: RunId): string {
  return `reconcile/slices/${id}.`;
}

/** Which slice of which shard. */
export type SliceName = Pick<ShardMessage, 'run' | 'shard' | 'slice'>;

/** What came of a slice. */
export function outcomeName({ run, shard, slice }: SliceName): string {
  return `${dataPrefix(run)}${shard}.${slice}`;
}

/** The lines that one walk of a slice wrote. */
export function linesName(shard: SliceName, walk: string, kind: 'report' | 'extras' | 'foreign'): string {
  return `${outcomeName(shard)}.${walk}.${kind}`;
}
