/**
 * A full sync over many containers, on real parts: the built environment with all blobs of both accounts in its data
 * directory, and a reconcile in a process of its own. A hundredth of the blobs is missing in the backup, a hundredth
 * out of date, a hundredth there alone. Fails when the run is not whole or leaves a difference, and asserts nothing about times.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { localSettings } from '../src/cli/local-settings.ts';
import { WORKER_FLAGS } from '../src/cli/worker-flags.ts';
import { bundled } from './bundled.ts';
import { inDirectory, startEnvironment } from './local/environment.ts';
import { DIFFER, seedMirror } from './local/seed-mirror.ts';
import { type Measured, runMeasured } from './sync/run-measured.ts';

const { values } = parseArgs({
  options: { blobs: { type: 'string', default: '50000' }, containers: { type: 'string', default: '50' } },
});
const blobs = Number(values.blobs);
const containers = Number(values.containers);
const DAY_MS = 24 * 60 * 60 * 1000;

process.exitCode = await inDirectory(async (directory) => {
  const begun = performance.now();
  await seedMirror(join(directory, 'data'), { blobs, containers });
  console.log(
    `${blobs} blobs in ${containers} containers, written in ${seconds(performance.now() - begun)} s.`,
  );
  const environment = await startEnvironment(directory);
  console.log(`The environment is ready after ${environment.readySeconds.toFixed(2)} s.\n`);
  console.log(
    '| run | wall, s | CPU, s | peak, MiB | CPU of the environment, s | its memory, its peak, MiB |',
  );
  console.log('| --- | --: | --: | --: | --: | --: |');
  let failed = false;
  for (const run of [`${(3 * blobs) / DIFFER} differ`, 'nothing differs']) {
    const before = environment.usage();
    const measured = await runMeasured({
      program: process.execPath,
      args: [...WORKER_FLAGS, bundled('reconcile-once')],
      env: { ...localSettings(environment.connections), BENCH_WITHIN_MS: String(DAY_MS) },
    });
    failed ||= measured.status !== 0;
    if (measured.status !== 0) console.error(`${run}: ${measured.output.slice(-1000)}`);
    printRun(run, measured, before, environment.usage());
  }
  await environment.end('SIGTERM');
  return failed ? 1 : 0;
});

function printRun(
  run: string,
  measured: Measured,
  before: { readonly cpuMs: number },
  after: { readonly cpuMs: number; readonly rssMiB: number; readonly peakRssMiB: number },
): void {
  const cells = [
    measured.seconds.toFixed(1),
    measured.cpuSeconds.toFixed(1),
    measured.peakMiB.toFixed(0),
    seconds(after.cpuMs - before.cpuMs),
    `${after.rssMiB.toFixed(0)}, ${after.peakRssMiB.toFixed(0)}`,
  ];
  console.log(`| ${run} | ${cells.join(' | ')} |`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
