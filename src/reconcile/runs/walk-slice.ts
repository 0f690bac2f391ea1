import { randomUUID } from 'node:crypto';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Run } from '../../model/reconcile/run.ts';
import type { Shard, SliceResult } from '../../model/reconcile/shard.ts';
import { deleteSlice } from './delete-slice.ts';
import { outcomeName } from './document-names.ts';
import { readOutcome } from './read-outcome.ts';
import type { ReconcilerParts } from './reconciler-parts.ts';
import { isUnderWay } from './run-progress.ts';
import type { RunStore } from './run-store.ts';
import type { SliceContext } from '../slice-context.ts';
import { openSliceLines } from './slice-lines.ts';
import { type SliceOutcome, toOutcome } from './slice-outcome.ts';
import { watchSlice } from './watch-slice.ts';

/**
 * Walks a slice and puts down what came of it, unless somebody else was there first: then theirs is what counts.
 * Undefined when it was told to stop and left no result, or the run ended meanwhile.
 */
export async function walkSlice(
  parts: ReconcilerParts,
  runs: RunStore,
  run: Run,
  shard: Shard,
): Promise<SliceOutcome | undefined> {
  const { documents } = parts;
  const lines = openSliceLines(documents, shard, randomUUID().slice(0, 8));
  const watch = watchSlice(runs, shard, parts);
  const context: SliceContext = {
    report: lines.report,
    extra: lines.extra,
    foreign: lines.foreign,
    budgetMs: parts.budgetMs,
    signal: watch.signal,
    dryRun: run.request.dryRun,
    adopt: run.request.adopt,
    deleteForeign: run.request.deleteForeign?.includes(shard.container) ?? false,
    openShards: Object.values(run.shards).filter(({ isDone }) => !isDone).length,
  };
  let result: SliceResult;
  try {
    result =
      shard.phase === 'compare'
        ? await parts.compareSlice(shard, context)
        : await deleteSlice(parts, run, shard, context);
  } catch (error) {
    if (watch.isUnwanted()) return undefined;
    throw error;
  } finally {
    watch.stop();
  }
  if (watch.signal.aborted) {
    const now = await runs.read(shard.run);
    if (now === undefined || !isUnderWay(now)) return undefined;
  }

  const prefixes = parts.scope
    .prefixes({ container: shard.container, path: run.request.prefix ?? '' })
    .map(({ path }) => path);
  const outcome = toOutcome(shard, result, await lines.close(), prefixes);
  const name = outcomeName(shard);
  if ((await documents.write(name, outcome, { nothingThere: true })) === 'written') return outcome;
  await lines.discard();
  const found = await readOutcome(parts, shard);
  if (found === undefined) throw new BlobmirrorError('race-lost', `${name} went as soon as it was there`);
  return found;
}
