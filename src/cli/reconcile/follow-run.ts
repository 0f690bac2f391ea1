import { setTimeout as sleep } from 'node:timers/promises';
import type { Reconciler } from '../../app/create-reconciliation.ts';
import { BlobmirrorError } from '../../model/errors.ts';
import type { Run } from '../../model/reconcile/run.ts';
import { type RunProgress, startRunProgress } from './run-progress.ts';

/** Milliseconds. */
export interface Pace {
  readonly askEvery: number;
  /** So long nobody may have told of the run before that is told of. An idle worker takes a shard within a second. */
  readonly workerWithin: number;
}

const PACE: Pace = { askEvery: 1000, workerWithin: 30_000 };

/**
 * Tells on standard error how a run goes on, until it has ended. A state that cannot be read for a while is told of and
 * waited for: the run does not depend on who watches it.
 */
export async function followRun(
  started: Run,
  former: Run | undefined,
  reconciler: Pick<Reconciler, 'read'>,
  stopped: Promise<void>,
  pace: Pace = PACE,
): Promise<Run | 'interrupted'> {
  const leave = new AbortController();
  const progress = startRunProgress(started, former);
  const interrupted = stopped.then(() => 'interrupted' as const);
  try {
    return await Promise.race([interrupted, untilEnded(started, reconciler, progress, pace, leave.signal)]);
  } finally {
    leave.abort();
    progress.stop();
  }
}

async function untilEnded(
  started: Run,
  reconciler: Pick<Reconciler, 'read'>,
  progress: RunProgress,
  pace: Pace,
  left: AbortSignal,
): Promise<Run> {
  const quietUntil = performance.now() + pace.workerWithin;
  let isQuiet = true;
  let isLost = false;
  for (let run = started; ;) {
    if (run.state !== 'comparing' && run.state !== 'deleting') return run;
    if (isQuiet && hasMoved(run, started)) isQuiet = false;
    if (isQuiet && performance.now() > quietUntil) {
      isQuiet = false;
      progress.tell(
        `no worker has told of a piece of this run for ${pace.workerWithin / 1000} s. A first large piece takes longer; if none runs, start one: blobmirror worker`,
      );
    }
    await sleep(pace.askEvery, undefined, { signal: left });
    try {
      run = await read(started, reconciler);
      progress.update(run);
      isLost = false;
    } catch (error) {
      if (!(error instanceof BlobmirrorError) || error.disposition !== 'retry') throw error;
      if (!isLost) progress.tell(`the run cannot be read now and is asked for again: ${error.message}`);
      isLost = true;
    }
  }
}

async function read({ id }: Run, reconciler: Pick<Reconciler, 'read'>): Promise<Run> {
  const run = await reconciler.read(id);
  if (run !== undefined) return run;
  throw new BlobmirrorError('run-not-found', `the run ${id} is gone`);
}

function hasMoved(run: Run, started: Run): boolean {
  return (
    run.updatedAt !== started.updatedAt ||
    Object.values(run.shards).some(({ slices, isDone }) => slices > 0 || isDone)
  );
}
