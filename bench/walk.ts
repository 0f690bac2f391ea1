/**
 * What a reconcile costs where nothing is out of step: the listings of both sides, of servers in two processes that
 * write pages from memory, compared as workers do with shards, by one process and by two that have a half each. It
 * asserts that all pairs were seen and found in step, and nothing about times.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { WORKER_FLAGS } from '../src/cli/worker-flags.ts';
import { bundled } from './bundled.ts';
import { nameOf } from './listing-pages.ts';
import { spawnListingServer } from './spawn-listing-server.ts';
import type { Walked, WalkOrder } from './walk-once.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '10000,1000000' },
    workers: { type: 'string', default: '1,2' },
    metadata: { type: 'string', default: '2' },
    'node-flags': { type: 'string', default: WORKER_FLAGS.join(' ') },
  },
});
const container = 'bench';
const flags = values['node-flags'].split(' ').filter((flag) => flag !== '');
const numbers = (list: string): number[] => list.split(',').map(Number);
const row = (...cells: readonly (string | number)[]) =>
  console.log(cells.map((cell) => String(cell).padStart(18)).join(''));

row('entries per side', 'workers', 'pairs a second', 'CPU per pair, µs', 'peak, MiB each');
for (const entries of numbers(values.entries)) {
  const options = { blobs: entries, container, metadata: Number(values.metadata) };
  const source = await spawnListingServer(options);
  const backup = await spawnListingServer({ ...options, account: 'backupaccount', stampOf: 'sourceaccount' });
  const sides = { source: source.connectionString, backup: backup.connectionString, container };
  for (const workers of numbers(values.workers)) {
    const places = Array.from({ length: workers - 1 }, (_, i) =>
      nameOf(Math.round((entries * (i + 1)) / workers)),
    );
    const started = performance.now();
    const walks = await Promise.all(
      [...places, undefined].map(async (to, i) => await walk({ ...sides, from: places[i - 1], to })),
    );
    const seconds = (performance.now() - started) / 1000;
    const sum = (of: (walked: Walked) => number) => walks.reduce((all, each) => all + of(each), 0);
    row(
      entries,
      workers,
      Math.round(entries / seconds),
      ((sum(({ cpuSeconds }) => cpuSeconds) * 1e6) / entries).toFixed(2),
      walks.map(({ peakMiB }) => peakMiB.toFixed(0)).join(', '),
    );
    if (sum(({ pairs }) => pairs) !== entries || sum(({ outOfStep }) => outOfStep) > 0)
      throw new Error(`not all of the ${entries} pairs were found in step`);
  }
  await Promise.all([source.stop(), backup.stop()]);
}

async function walk(order: WalkOrder): Promise<Walked> {
  const client = fork(bundled('walk-once'), [JSON.stringify(order)], { execArgv: flags });
  const [walked] = (await Promise.race([once(client, 'message'), once(client, 'exit')])) as [Walked | number];
  if (typeof walked !== 'object') throw new Error(`the worker ended with ${walked}`);
  return walked;
}
