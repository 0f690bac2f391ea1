import { parseReconcileRequest } from '../api/reconcile-request.ts';
import { type Run, toSummary } from '../api/run.ts';
import type { LocalOption } from './command-options.ts';
import { localized } from './hints.ts';
import { settingsOf } from './environment-of.ts';
import { EXIT } from './exit-codes.ts';
import { type OutputOption, printData, printMessage } from './output/print.ts';
import { describeRun, describeRuns, isUnderWay, printLines } from './reconcile/describe-run.ts';
import { followRun } from './reconcile/follow-run.ts';
import { exitStatusOf, isOfSameScope } from './reconcile/run-figures.ts';
import { untilStopped } from './until-stopped.ts';
import type { AdoptBy } from '../model/adoption.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { parseRunId } from '../model/run-id.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createCommandApp } from '../wiring/create-command-app.ts';
import type { Reconciler } from '../wiring/create-reconciliation.ts';

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
  const fields = { container, prefix, dryRun, allowDeletes, deleteForeign, adopt };
  const request = parseReconcileRequest(fields, 'command-line');
  return await withReconciler(options, async (reconciler, isPaused) => {
    const begun = await reconciler.start(request);
    if ('running' in begun)
      throw new BlobmirrorError('run-in-progress', `the run ${begun.running} is under way`, {
        id: begun.running,
      });
    const waits = await isPaused();
    if (waits)
      printMessage(localized('mirroring is paused and the run waits; to resume: blobmirror resume', options));
    if (options.wait) return await waitFor(begun.started, reconciler, { ...options, isPaused: waits });
    await printData(options, begun.started, (run) => describeRun(run, options));
    return EXIT.done;
  });
}

export async function listRuns(options: RunOptions): Promise<number> {
  return await withReconciler(options, async (reconciler, isPaused) => {
    const runs = (await reconciler.list()).map(toSummary);
    const waits = runs.some(isUnderWay) && (await isPaused());
    await printData(options, runs, (all) => describeRuns(all, waits));
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
      throw new BlobmirrorError('run-has-ended', `the run ${id} has ended`, { id });
    printMessage('workers stop working on it within seconds');
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

async function waitFor(
  started: Run,
  reconciler: Reconciler,
  options: RunOptions & { readonly isPaused: boolean },
): Promise<number> {
  printMessage(`the run ${started.id} has begun`);
  const former = (await reconciler.list()).find((run) => isOfSameScope(run, started));
  const ended = await followRun(started, former, reconciler, untilStopped(), undefined, options);
  if (ended === 'interrupted') {
    printMessage(
      localized(
        `the run continues without this command; to cancel it: blobmirror reconcile cancel ${started.id}`,
        options,
      ),
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

async function withReconciler<Result>(
  options: LocalOption,
  use: (reconciler: Reconciler, isPaused: () => Promise<boolean>) => Promise<Result>,
): Promise<Result> {
  const settings = await settingsOf(options);
  // The command prints its errors itself.
  const { reconciliation, stop } = createCommandApp(settings, createLogger('silent'));
  try {
    return await use(reconciliation.reconciler, async () => await reconciliation.isPaused());
  } finally {
    await stop();
  }
}
