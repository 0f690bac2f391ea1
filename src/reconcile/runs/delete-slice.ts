import { type BlobmirrorError, toBlobmirrorError } from '../../model/errors.js';
import { gravestError } from '../../model/gravest-error.js';
import type { Key } from '../../model/key.js';
import type { ReportLine, Run } from '../../model/reconcile/run.js';
import type { DeleteShard, SliceResult } from '../../model/reconcile/shard.js';
import type { Verdict } from '../../model/verdict.js';
import { lookAtAll } from '../look-at-all.js';
import { addCounts, addSamples, NO_COUNTS, NO_SAMPLES } from './add-counts.js';
import { readExtras } from './extras.js';
import type { ReconcilerParts } from './reconciler-parts.js';
import type { SliceContext } from './slice-context.js';

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
  let counts = NO_COUNTS;
  let samples = NO_SAMPLES;
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
    let line: ReportLine;
    try {
      const verdict = await converge(key);
      counts = addCounts(counts, toCounts(verdict));
      // It was there when the source was listed, or is by now.
      if (verdict.verdict === 'in-sync') return;
      line = toLine(key, verdict);
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      errors.push(error);
      counts = addCounts(counts, { failed: { [error.code]: 1 } });
      line = { ...key, verdict: 'failed', code: error.code, detail: error.message };
    }
    samples = addSamples(samples, [line]);
    await report(line);
  });

  const error = gravestError(errors);
  if (error?.disposition === 'retry' && errors.length === drawn) throw error;
  return {
    counts,
    sample: [...samples.repaired, ...samples.skipped, ...samples.failed],
    listed: { source: 0, backup: 0 },
    extras: 0,
    mirroredExtras: 0,
    next: isStopped ? { ...shard, line: shard.line + drawn } : undefined,
  };
}

function toCounts(verdict: Verdict) {
  return {
    byVerdict: { [verdict.verdict]: 1 },
    ...(verdict.verdict === 'skipped' && { skipped: { [verdict.reason]: 1 } }),
    ...(verdict.verdict === 'copied' && { bytesCopied: verdict.bytes }),
  };
}

function toLine({ container, path }: Key, verdict: Verdict): ReportLine {
  return {
    container,
    path,
    verdict: verdict.verdict,
    ...(verdict.verdict === 'skipped' && { reason: verdict.reason }),
    ...(verdict.verdict === 'copied' && { bytes: verdict.bytes }),
  };
}
