import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { WORKER_FLAGS } from '../../src/cli/worker-flags.ts';
import { eventOf } from '../deadletter/support/dead-letter-bench.ts';
import { spawnBlobmirror } from '../e2e/support/blobmirror-process.ts';
import { buryEvents } from '../e2e/support/bury-events.ts';
import { queueCounts } from '../e2e/support/queue-counts.ts';
import { startEnvironment } from '../e2e/support/start-environment.ts';
import { printMeasured } from './support/print-measured.ts';

const MOST = 12_000;
const FEW = 1_000;

interface Ended {
  readonly stdout: string;
  readonly seconds: number;
  /** The most that it had in memory at once. */
  readonly megabytes: number;
}

const COMMAND = fileURLToPath(new URL('../../dist/package/cli/main.js', import.meta.url));

/** Runs the command to its end, and looks at its memory all the while. */
async function run(...args: readonly string[]): Promise<Ended> {
  const began = performance.now();
  // Collected sooner than Node does by itself: what is measured is what is held, and not what is left to collect.
  const command = spawnBlobmirror([...WORKER_FLAGS, COMMAND, 'deadletter', ...args], {
    program: process.execPath,
  });
  let megabytes = 0;
  const look = setInterval(() => {
    try {
      const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${command.pid}/status`, 'utf8')) ?? [];
      megabytes = Math.max(megabytes, Number(kilobytes ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }, 10);
  expect(await command.ended).toBe(0);
  clearInterval(look);
  const seconds = (performance.now() - began) / 1000;
  await command.end();
  return { stdout: command.output.stdout, seconds, megabytes };
}

test('twelve thousand dead letters are listed, exported, replayed and purged in the memory of a thousand', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const local = `--local=${environment.readyFile}`;
  const bury = async (many: number): Promise<void> =>
    await buryEvents(
      environment,
      Array.from({ length: many }, (_, i) => eventOf('photos', `${i}.jpg`)),
      'storage-rejected',
    );
  const acts = async () => ({
    list: await run('list', '--limit', '10', local, '-o', 'json'),
    export: await run('export', local),
    one: await run('replay', await last(), local, '-o', 'json'),
    all: await run('replay', '--all', local, '-o', 'json'),
  });
  async function last(): Promise<string> {
    const { stdout } = await run('export', local);
    return (JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { id: string }).id;
  }

  await bury(FEW);
  const few = await acts();
  await bury(MOST);
  const most = await acts();
  expect(JSON.parse(most.list.stdout)).toMatchObject({ summary: { count: MOST, isComplete: true } });
  expect(most.export.stdout.trimEnd().split('\n')).toHaveLength(MOST);
  expect(JSON.parse(most.one.stdout)).toMatchObject({ replayed: 1 });
  expect(JSON.parse(most.all.stdout)).toMatchObject({ replayed: MOST - 1, failed: 0, isComplete: true });
  expect((await queueCounts(environment.info.serviceBus)).deadLetter).toBe(0);
  for (const act of ['list', 'export', 'one', 'all'] as const) {
    printMeasured({
      [`${act}: seconds`]: most[act].seconds,
      megabytes: most[act].megabytes,
      'of a thousand': few[act].megabytes,
    });
    expect(most[act].megabytes - few[act].megabytes).toBeLessThan(80);
  }

  await bury(MOST);
  const purged = await run('purge', '--all', '--yes', local, '-o', 'json');
  expect(JSON.parse(purged.stdout)).toMatchObject({ purged: MOST, failed: 0 });
  printMeasured({ 'purge: seconds': purged.seconds, megabytes: purged.megabytes });
});
