import { BlobmirrorError } from '../model/errors.ts';
import { parseReconcileRequest } from '../api/reconcile-request.ts';
import { parseRunId } from '../model/run-id.ts';
import { type Run, toSummary } from '../api/run.ts';
import type { Reconciler } from '../reconcile/runs/reconciler.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type HttpAnswer, type Query, answer, linesAnswer, parseJsonBody, toErrorAnswer } from './answer.ts';

/** Full syncs over HTTP. Methods never reject. Ids and bodies are unchecked input. */
export interface ReconcileHandlers {
  start(body: string): Promise<HttpAnswer>;
  list(): Promise<HttpAnswer>;
  show(id: string | undefined): Promise<HttpAnswer>;
  cancel(id: string | undefined): Promise<HttpAnswer>;
  /** `?from=`. The body is lines of JSON, a page of them. */
  report(id: string | undefined, query: Query): Promise<HttpAnswer>;
}

export function createReconcileHandlers(reconciler: Reconciler, log: Logger): ReconcileHandlers {
  async function readRun(text: string | undefined): Promise<Run> {
    const id = parseRunId(text ?? '');
    const run = await reconciler.read(id);
    if (run === undefined) throw new BlobmirrorError('run-not-found', `there is no run ${id}`);
    return run;
  }

  return {
    start: async (body) =>
      await answer(log, async () => {
        const begun = await reconciler.start(parseReconcileRequest(parseJsonBody(body), 'http'));
        if ('started' in begun) {
          // Relative to the URL of this request.
          const headers = { location: `reconcile/${begun.started.id}` };
          return { status: 202, headers, jsonBody: begun.started };
        }
        const { running: id } = begun;
        const error = new BlobmirrorError('run-in-progress', `the run ${id} is under way`, { id });
        const { jsonBody, ...rest } = toErrorAnswer(error, log);
        return { ...rest, jsonBody: { ...jsonBody, running: id } };
      }),

    list: async () =>
      await answer(log, async () => {
        const runs = await reconciler.list();
        return { status: 200, jsonBody: { runs: runs.map(toSummary) } };
      }),

    show: async (id) => await answer(log, async () => ({ status: 200, jsonBody: await readRun(id) })),

    cancel: async (text) =>
      await answer(log, async () => {
        const { id } = await readRun(text);
        if (await reconciler.cancel(id)) return { status: 202, jsonBody: await readRun(id) };
        throw new BlobmirrorError('run-has-ended', `the run ${id} has ended`, { id });
      }),

    report: async (text, query) =>
      await answer(log, async () => {
        const { id } = await readRun(text);
        return linesAnswer(await reconciler.reportPage(id, query.get('from') || undefined), {});
      }),
  };
}
