import { type BlobmirrorError, toBlobmirrorError } from '../../model/errors.js';
import { gravestError } from '../../model/gravest-error.js';
import type { Key } from '../../model/key.js';
import type { ReportLine, Run } from '../../model/reconcile/run.js';
import type { DeleteShard, SliceResult } from '../../model/reconcile/shard.js';
import { lookAtAll } from '../look-at-all.js';
import { readExtras } from './extras.js';
import type { ReconcilerParts } from './reconciler-parts.js';
import type { SliceContext } from '../slice-context.js';
import { Tally } from '../tally.js';

/**
 * Lets the heart look at keys that only the backup was seen to have, from a line of the container's list on. It deletes
 * what it can prove to be gone at the source, and nothing is decided here.
 *
 * @throws BlobmirrorError when no key came through, for a reason that may pass by itself
 */
export async function deleteSlice(
  { documents, converge, clock }: Pick<ReconcilerParts, 'documents' | 'converge' | 'clock'>,
  run: Run,
  shard: DeleteShard,
  { report, budgetMs, signal }: Pick<SliceContext, 'report' | 'budgetMs' | 'signal'>,
): Promise<SliceResult> {
  const { container } = shard;
  const end = clock.now() + budgetMs;
  const errors: BlobmirrorError[] = [];
  const tally = new Tally();
  let drawn = 0;
  let isStopped = false;

  async function* keys(): AsyncGenerator<Key, void, void> {
    for await (const path of readExtras(documents, run, container, shard.line)) {
      // At least one is drawn, so that every slice comes further.
      if (drawn > 0 && (signal.aborted || clock.now() >= end)) {
        isStopped = true;
        return;
      }
      drawn++;
      yield { container, path };
    }
  }

  await lookAtAll(keys(), async (key) => {
    let line: ReportLine | undefined;
    try {
      line = tally.verdict(key, await converge(key));
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      errors.push(error);
      line = tally.failure(key, error);
    }
    // None: it was there when the source was listed, or is by now.
    if (line !== undefined) await report(line);
  });

  const error = gravestError(errors);
  if (error?.disposition === 'retry' && errors.length === drawn) throw error;
  return {
    counts: tally.counts,
    sample: tally.sample,
    listed: { source: 0, backup: 0 },
    extras: 0,
    mirroredExtras: 0,
    next: isStopped ? { ...shard, line: shard.line + drawn } : undefined,
  };
}
