import type { RunId } from '../../src/model/run-id.ts';
import type { Run } from '../../src/api/run.ts';
import type { Reconciler } from '../../src/reconcile/runs/reconciler.ts';
import { aRun } from './a-run.ts';

/** A reconciler that does no work: it holds the runs that a test adds, and records its calls. */
export interface ScriptedReconciler extends Reconciler {
  readonly runs: Map<RunId, Run>;
  readonly lines: string[];
  readonly requests: unknown[];
  readonly shards: unknown[];
  running: RunId | undefined;
  /** Every call rejects with it. */
  failure: Error | undefined;
  /** Every message, shard or not, rejects with it. */
  shardFailure: Error | undefined;
}

export function createScriptedReconciler(): ScriptedReconciler {
  const runs = new Map<RunId, Run>();
  const check = (): void => {
    if (reconciler.failure !== undefined) throw reconciler.failure;
  };
  const after = async <T>(act: () => T): Promise<T> => {
    await Promise.resolve();
    check();
    return act();
  };

  const reconciler: ScriptedReconciler = {
    runs,
    lines: [],
    requests: [],
    shards: [],
    running: undefined,
    failure: undefined,
    shardFailure: undefined,

    start: async (request) =>
      await after(() => {
        reconciler.requests.push(request);
        if (reconciler.running !== undefined) return { running: reconciler.running };
        const started = aRun({ request });
        runs.set(started.id, started);
        return { started };
      }),
    read: async (id) => await after(() => runs.get(id)),
    list: async () => await after(() => [...runs.values()].toReversed()),
    cancel: async (id) =>
      await after(() => {
        const run = runs.get(id);
        if (run === undefined || run.state === 'done' || run.state === 'cancelled') return false;
        runs.set(id, { ...run, state: 'cancelled' });
        return true;
      }),
    report: async function* () {
      for (const line of reconciler.lines) {
        await Promise.resolve();
        yield line;
      }
    },
    reportPage: async () => await after(() => ({ lines: [...reconciler.lines], next: null })),
    handleShard: async (body) =>
      await after(() => {
        if (reconciler.shardFailure !== undefined) throw reconciler.shardFailure;
        reconciler.shards.push(body);
      }),
  };
  return reconciler;
}
