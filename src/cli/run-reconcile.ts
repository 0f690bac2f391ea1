import type { Reconciler } from '../app/create-reconciliation.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { AdoptBy } from '../model/reconcile/adoption.ts';
import { parseReconcileRequest } from '../model/reconcile/parse-reconcile-request.ts';
import { parseRunId } from '../model/reconcile/parse-run-id.ts';
import { toSummary } from '../model/reconcile/run-summary.ts';
import type { Run } from '../model/reconcile/run.ts';
import { EXIT } from './exit-codes.ts';
import { localFlag, type LocalOption } from './local-option.ts';
import type { OutputOption } from './output/output-option.ts';
import { printData } from './output/print-data.ts';
import { tell } from './output/tell.ts';
import { describeRun, describeRuns } from './reconcile/describe-run.ts';
import { exitStatusOf } from './reconcile/exit-status-of.ts';
import { followRun } from './reconcile/follow-run.ts';
import { printLines } from './reconcile/print-lines.ts';
import { isOfSameScope } from './reconcile/run-figures.ts';
import { withReconciler } from './reconcile/with-reconciler.ts';
import { untilStopped } from './until-stopped.ts';

export type RunOptions = LocalOption & OutputOption;

export interface ReconcileOptions extends RunOptions {
  readonly container?: string;
  readonly prefix?: string;
  readonly dryRun: boolean;
  readonly allowDeletes?: readonly string[];
  readonly deleteForeign?: readonly string[];
  readonly adopt?: AdoptBy;
  readonly wait: boolean;
}

/** Begins a run, and waits for its end when asked to. The exit status. */
export async function runReconcile(options: ReconcileOptions): Promise<number> {
  const { container, prefix, dryRun, allowDeletes, deleteForeign, adopt } = options;
  const asked = { container, prefix, dryRun, allowDeletes, deleteForeign, adopt };
  const request = parseReconcileRequest(asked, 'command-line');
  return await withReconciler(options, async (reconciler, isPaused) => {
    const begun = await reconciler.start(request);
    if ('running' in begun)
      throw new BlobmirrorError('run-in-progress', `the run ${begun.running} is under way`);
    if (await isPaused())
      tell(
        `mirroring is paused, and the run waits with it; to go on: blobmirror resume${localFlag(options)}`,
      );
    if (options.wait) return await waitFor(begun.started, reconciler, options);
    await printData(options, begun.started, (run) => describeRun(run, options));
    return EXIT.done;
  });
}

export async function listRuns(options: RunOptions): Promise<number> {
  return await withReconciler(options, async (reconciler) => {
    const runs = (await reconciler.list()).map(toSummary);
    await printData(options, runs, describeRuns);
    return EXIT.done;
  });
}

export async function showRun(id: string, options: RunOptions): Promise<number> {
  return await withReconciler(options, async (reconciler) => {
    await printData(options, await readRun(id, reconciler), (run) => describeRun(run, options));
    return EXIT.done;
  });
}

export async function cancelRun(id: string, options: RunOptions): Promise<number> {
  return await withReconciler(options, async (reconciler) => {
    const run = await readRun(id, reconciler);
    if (!(await reconciler.cancel(run.id)))
      throw new BlobmirrorError('run-has-ended', `the run ${id} has ended`);
    tell('workers leave it within seconds');
    return EXIT.done;
  });
}

export async function printReport(id: string, options: RunOptions): Promise<number> {
  return await withReconciler(options, async (reconciler) => {
    const run = await readRun(id, reconciler);
    await printLines(reconciler.report(run.id), options.output);
    return EXIT.done;
  });
}

async function waitFor(started: Run, reconciler: Reconciler, options: RunOptions): Promise<number> {
  tell(`the run ${started.id} has begun`);
  const former = (await reconciler.list()).find((run) => isOfSameScope(run, started));
  const ended = await followRun(started, former, reconciler, untilStopped());
  if (ended === 'interrupted') {
    tell(
      `the run goes on without this command; to end it: blobmirror reconcile cancel ${started.id}${localFlag(options)}`,
    );
    return EXIT.interrupted;
  }
  await printData(options, ended, (run) => describeRun(run, options));
  return exitStatusOf(ended);
}

async function readRun(text: string, reconciler: Reconciler): Promise<Run> {
  const id = parseRunId(text);
  const run = await reconciler.read(id);
  if (run !== undefined) return run;
  throw new BlobmirrorError('run-not-found', `there is no run ${id}`);
}
