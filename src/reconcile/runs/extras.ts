import type { BlobPath } from '../../model/key.js';
import type { Run, RunId } from '../../model/reconcile/run.js';
import type { DocumentStore } from '../../ports/document-store.js';
import type { ForeignKey } from '../slice-context.js';
import { outcomeName } from './document-names.js';
import type { SliceOutcome } from './slice-outcome.js';

/** One path, whatever is in it, as a line. */
export function extraLine(path: BlobPath): string {
  return JSON.stringify(path);
}

/**
 * The keys of a container that only the backup has, once all of it is compared: always in the same order, so that a
 * number of them names a place. Lists that end before that place are not read.
 */
export async function* readExtras(
  documents: DocumentStore,
  run: Run,
  container: string,
  from = 0,
): AsyncGenerator<BlobPath, void, void> {
  let skip = from;
  for await (const { extraCount, extraLines } of readOutcomes(
    documents,
    run.id,
    comparedShards(run, container),
  )) {
    if (extraLines === undefined) continue;
    if (skip >= extraCount) {
      skip -= extraCount;
      continue;
    }
    for await (const line of documents.readLines(extraLines)) {
      if (skip-- > 0) continue;
      yield JSON.parse(line) as BlobPath;
    }
    skip = 0;
  }
}

/** The keys of a container that only the backup has and that stay, since they bear no stamp of ours. */
export async function* readForeign(
  documents: DocumentStore,
  run: Run,
  container: string,
): AsyncGenerator<ForeignKey, void, void> {
  for await (const { foreignLines } of readOutcomes(documents, run.id, comparedShards(run, container))) {
    if (foreignLines === undefined) continue;
    for await (const line of documents.readLines(foreignLines)) yield JSON.parse(line) as ForeignKey;
  }
}

/** Of a container that was walked anew, only what was found then counts. */
function comparedShards(run: Run, container: string) {
  const isUnordered = run.containers[container]?.unordered === true;
  return Object.entries(run.shards).filter(
    ([, { phase, unordered, ...shard }]) =>
      phase === 'compare' && shard.container === container && (unordered === true || !isUnordered),
  );
}

/** What came of the recorded slices of some shards, shard by shard. */
export async function* readOutcomes(
  documents: DocumentStore,
  run: RunId,
  shards: readonly (readonly [string, { readonly slices: number }])[],
): AsyncGenerator<SliceOutcome, void, void> {
  for (const [shard, { slices }] of shards.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    for (let slice = 0; slice < slices; slice++) {
      const found = await documents.read(outcomeName({ run, shard, slice }));
      // Written by us alone, before the slice was recorded; gone only with all of an old run.
      if (found !== undefined) yield found.value as SliceOutcome;
    }
  }
}
