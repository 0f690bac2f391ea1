import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import type { RunId } from '../../src/model/run-id.ts';
import { createScope } from '../../src/model/scope.ts';
import { compareSlice } from '../../src/reconcile/compare/compare-slice.ts';
import type { Life } from '../simulation/call.ts';
import { openBackup } from '../simulation/open-backup.ts';
import { POLICY, TIMELESS } from '../simulation/worker.ts';
import type { Scene } from './scene.ts';

/** A worker that compares a container in one slice of a full sync, while the others handle events. */
export interface FullSync {
  /** None before it begins. */
  life: Life | undefined;
  state: 'not begun' | 'under way' | 'done' | 'failed';
}

/** Begins the slice; it goes on with each answer, like a worker. */
export function beginFullSync({
  source,
  backup,
  network,
  container,
  kind,
  functions,
  fullSync,
}: Scene): void {
  const life: Life = { worker: 'full sync', over: false, spared: true, calls: 0, seen: [] };
  const schedule = network.schedule(life);
  const sides = {
    source: source.through(schedule),
    backup: openBackup({ kind, backup, functions }, schedule),
    policy: POLICY,
  };
  const hierarchical = kind === 'tree';
  const core = createMirrorCore(sides, { hierarchical, clock: TIMELESS, functions });
  fullSync.life = life;
  fullSync.state = 'under way';
  const done = async (): Promise<void> => await Promise.resolve();
  compareSlice(
    {
      ...sides,
      hierarchical,
      scope: createScope('sourceaccount'),
      ...core,
    },
    { run: 'r' as RunId, shard: 's', slice: 0, phase: 'compare', container, prefix: '' },
    {
      budgetMs: 60_000,
      openShards: 1,
      signal: new AbortController().signal,
      dryRun: false,
      deleteForeign: false,
      report: done,
      extra: done,
      foreign: done,
    },
  ).then(
    () => (fullSync.state = 'done'),
    () => (fullSync.state = 'failed'),
  );
}
