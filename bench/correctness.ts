/**
 * What `azcopy sync`, `rclone sync` and a reconcile leave on the backup after changes that are hard to see, each tool in
 * containers of its own. It fails when ours is wrong in any row.
 */
import { startLocal } from '@blobmirror/local';
import { createLogger } from '../src/telemetry/logger.ts';
import { type Judged, ROWS } from './correctness/rows.ts';
import { openScene, type Sync } from './correctness/scene.ts';
import { runMeasured } from './sync/run-measured.ts';
import { findTools, OURS } from './sync/sync-tools.ts';

/** In which ours gives a listing up that is refused; by itself it would insist for some minutes. */
const WITHIN_MS = '5000';

const sync: Sync = async (tool, route) => {
  const command = tool.command(route);
  const env = { ...command.env, BENCH_WITHIN_MS: WITHIN_MS };
  const { status, output } = await runMeasured({ ...command, env });
  return { isContent: status === 0, tells: (path) => status !== 0 || output.includes(`left out: ${path}`) };
};

const start = async (hierarchical: boolean) =>
  await startLocal({ storagePort: 0, serviceBusPort: 0, hierarchical, log: createLogger('warn') });
const [flat, tree] = [await start(false), await start(true)];
const tools = findTools();
console.log(
  `\n| change | ${tools.map(({ name }) => name).join(' | ')} |\n| --- |${' --- |'.repeat(tools.length)}`,
);
let isOursRight = true;
for (const [i, row] of ROWS.entries()) {
  const cells: string[] = [];
  for (const tool of tools) {
    const { connections: info } = row.isHierarchical === true ? tree : flat;
    const { isRight, left }: Judged = await row.play(
      await openScene(info, `row${i}-${tool.name}`, tool, sync),
    );
    cells.push(`${isRight ? 'right' : '**wrong**'}: ${left}`);
    if (tool === OURS && !isRight) isOursRight = false;
  }
  console.log(`| ${row.title} | ${cells.join(' | ')} |`);
}
await Promise.all([flat.stop(), tree.stop()]);
process.exit(isOursRight ? 0 : 1);
