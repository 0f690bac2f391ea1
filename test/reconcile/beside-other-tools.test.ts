import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Local, startLocal } from '@blobmirror/local';
import { ROWS } from '../../bench/correctness/rows.ts';
import { openScene, type Sync } from '../../bench/correctness/scene.ts';
import { judgeRun } from '../../bench/sync/judge-run.ts';
import { reconcileInline } from '../../bench/sync/reconcile-inline.ts';
import { OURS } from '../../bench/sync/sync-tools.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** After which a run is cancelled whose source is unreadable; by itself it insists for some minutes. */
const UNREADABLE_MS = 3000;

let flat: Local;
let tree: Local;

beforeAll(async () => {
  const ports = { storagePort: 0, serviceBusPort: 0, log: createLogger('silent') };
  flat = await startLocal(ports);
  tree = await startLocal({ ...ports, hierarchical: true });
});

afterAll(async () => {
  await flat.stop();
  await tree.stop();
});

const sync: Sync = async (tool, route) => {
  const isReadable = [flat, tree].some(({ connections }) => connections === route.info);
  const run = await reconcileInline(tool.command(route).env, isReadable ? undefined : UNREADABLE_MS);
  const { isWhole, leftOut } = judgeRun(run);
  return { isContent: isWhole, tells: (path) => leftOut.includes(path) };
};

// Rows of the table that `npm run bench:correctness` prints, where other tools are beside it.
test.for(ROWS.map((row, i) => ({ ...row, i })))(
  'a reconcile leaves the backup right when $title',
  async ({ play, isHierarchical, i }) => {
    const { connections: info } = isHierarchical === true ? tree : flat;
    expect(await play(await openScene(info, `row${i}`, OURS, sync))).toMatchObject({ isRight: true });
  },
);
