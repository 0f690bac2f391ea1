import { createCommandApp } from '../../src/wiring/create-command-app.ts';
import { readSettings } from '../../src/config/settings.ts';
import type { ReconcileRequest, Run } from '../../src/api/run.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { takeShards } from './take-shards.ts';

const REQUEST: ReconcileRequest = { dryRun: false, allowDeletes: [], reason: 'command-line' };

/**
 * A whole reconcile in this process: it begins a run, takes the shards off the queue as a worker does, and resolves with
 * the run when that has ended. One that has not after so many milliseconds is cancelled.
 */
export async function reconcileInline(
  environment: Readonly<Record<string, string | undefined>>,
  withinMs = 600_000,
): Promise<Run> {
  const settings = readSettings(environment);
  const app = createCommandApp(settings, createLogger('silent'));
  const { reconciler } = app.reconciliation;
  const begun = await reconciler.start(REQUEST);
  if ('running' in begun) throw new Error(`the run ${begun.running} is under way`);
  const { id } = begun.started;

  const ended = Promise.withResolvers<Run>();
  async function look(): Promise<void> {
    const run = await reconciler.read(id);
    if (run?.state === 'done' || run?.state === 'cancelled') ended.resolve(run);
  }
  await look();
  const shards = takeShards(
    environment['BLOBMIRROR_SERVICE_BUS'] ?? '',
    settings.reconcile.queue,
    async (body) => {
      await reconciler.handleShard(body);
      await look();
    },
    ended.reject,
  );
  const overdue = setTimeout(() => {
    void reconciler
      .cancel(id)
      .then(look)
      .catch((error: unknown) => ended.reject(error));
  }, withinMs);
  try {
    return await ended.promise;
  } finally {
    clearTimeout(overdue);
    await shards.close();
    await app.stop();
  }
}
