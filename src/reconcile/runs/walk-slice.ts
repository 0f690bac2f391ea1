import { randomUUID } from 'node:crypto';
import type { ReportLine, Run } from '../../api/run.ts';
import { createDocument } from '../../documents/change-document.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { BlobPath } from '../../model/key.ts';
import type { DocumentStore, LineWriter } from '../../ports/document-store.ts';
import { deleteSlice } from './delete-slice.ts';
import { extraLine } from './extras.ts';
import type { ReconcilerParts } from './reconciler-context.ts';
import { type SliceName, linesName, outcomeName } from './run-document.ts';
import { type RunStore, isSliceDue, isUnderWay } from './run-store.ts';
import {
  OUTCOME_DOCUMENT,
  type SliceLineNames,
  type SliceOutcome,
  readOutcome,
  toOutcome,
} from './record-slice.ts';
import type { Shard, SliceResult } from '../shard.ts';
import type { ForeignKey, SliceContext } from '../slice.ts';

/**
 * Walks a slice and writes its outcome, unless another worker was first: then its outcome counts. Undefined: the slice was
 * stopped without a result, or the run has ended.
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
    if (watch.isCancelled()) return undefined;
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
  if (await createDocument(documents, OUTCOME_DOCUMENT, name, outcome)) return outcome;
  await lines.discard();
  const found = await readOutcome(parts, shard);
  if (found === undefined)
    throw new BlobmirrorError('race-lost', `${name} disappeared right after it was written`);
  return found;
}

/** How soon a worker sees that a run was cancelled, in milliseconds. */
const CHECK_EVERY_MS = 3_000;

/**
 * Checks every few seconds whether a slice is still due and aborts the signal if it is not. Also aborts when mirroring is
 * paused; then the result so far counts, and the rest is done later.
 */
function watchSlice(
  runs: RunStore,
  shard: SliceName,
  { clock, pause }: Pick<ReconcilerParts, 'clock' | 'pause'>,
) {
  const controller = new AbortController();
  let isStopped = false;
  let isCancelled = false;
  let cancel = wait();
  const unlisten = pause.whenPaused(() => controller.abort());

  function wait(): () => void {
    return clock.after(CHECK_EVERY_MS, () => void check());
  }

  async function check(): Promise<void> {
    const isDue = await isStillDue();
    if (isStopped) return;
    if (isDue) cancel = wait();
    else {
      isCancelled = true;
      controller.abort();
    }
  }

  async function isStillDue(): Promise<boolean> {
    try {
      const run = await runs.read(shard.run);
      return run !== undefined && isSliceDue(run, shard);
    } catch {
      // A run that cannot be read was not cancelled.
      return true;
    }
  }

  return {
    signal: controller.signal,
    isCancelled: (): boolean => isCancelled,
    stop: (): void => {
      isStopped = true;
      cancel();
      unlisten();
    },
  };
}

/** The lines of one walk of a slice, in documents of its own: another walk of the same slice cannot overwrite them. */
interface SliceLines {
  readonly report: (line: ReportLine) => Promise<void>;
  readonly extra: (path: BlobPath) => Promise<void>;
  readonly foreign: (key: ForeignKey) => Promise<void>;
  /** Commits the lines and returns the names of their documents. */
  close(): Promise<SliceLineNames>;
  /** Removes the lines of a walk that does not count. */
  discard(): Promise<void>;
}

function openSliceLines(documents: DocumentStore, shard: SliceName, walk: string): SliceLines {
  const names = {
    report: linesName(shard, walk, 'report'),
    extras: linesName(shard, walk, 'extras'),
    foreign: linesName(shard, walk, 'foreign'),
  };
  let report: LineWriter | undefined;
  let extras: LineWriter | undefined;
  let foreign: LineWriter | undefined;
  let count = 0;
  let reported = 0;

  return {
    report: async (line) => {
      report ??= documents.openLines(names.report);
      reported++;
      await report.write(JSON.stringify(line));
    },
    extra: async (path) => {
      extras ??= documents.openLines(names.extras);
      count++;
      await extras.write(extraLine(path));
    },
    foreign: async (key) => {
      foreign ??= documents.openLines(names.foreign);
      await foreign.write(JSON.stringify(key));
    },
    close: async () => {
      await report?.close();
      await extras?.close();
      await foreign?.close();
      return {
        report: report && names.report,
        reportCount: report && reported,
        extraLines: extras && names.extras,
        extraCount: count,
        foreignLines: foreign && names.foreign,
      };
    },
    discard: async () => {
      if (report !== undefined) await documents.remove(names.report);
      if (extras !== undefined) await documents.remove(names.extras);
      if (foreign !== undefined) await documents.remove(names.foreign);
    },
  };
}
