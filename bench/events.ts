/**
 * How the mirror keeps pace with one client that writes small blobs as fast as it can. The environment runs in this
 * process, the worker and the client in one each, so that the processor time of each can be told apart. It asserts
 * nothing about times, which are the machine's, but fails when a blob is lost or dead-lettered.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import { startLocal } from '@blobmirror/local';
import { localSettings } from '../src/cli/local-settings.ts';
import { createLogger } from '../src/telemetry/logger.ts';
import { bundled, COMMAND } from './bundled.ts';
import { usageOf } from './usage.ts';
import { WorkerRequests } from './worker-requests.ts';

const COUNT = Number(process.argv[2] ?? 2000);
const CONTAINER = 'bench';
const GIVE_UP_MS = 120_000;

const run = (script: string, args: string[], env: NodeJS.ProcessEnv = {}) =>
  spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });

const requests = new WorkerRequests();
const local = await startLocal({
  storagePort: 0,
  serviceBusPort: 0,
  onRequest: (request) => requests.add(request),
  log: createLogger('warn'),
});
const { source, serviceBus } = local.connections;
await BlobServiceClient.fromConnectionString(source.connectionString).createContainer(CONTAINER);

const worker = run(COMMAND, ['worker', '--http-port', '0'], localSettings(local.connections));
const workerLog = readText(worker.stderr);
await once(worker, 'message');
const workerBefore = usageOf(worker.pid ?? 0);
const environmentBefore = process.cpuUsage();

const giveUp = setTimeout(() => {
  console.error(`after ${GIVE_UP_MS} ms: ${JSON.stringify([...requests.counts])}`);
  process.exit(1);
}, GIVE_UP_MS);
const allMirrored = requests.mirrored(COUNT);
const client = run(bundled('write-blobs'), [source.connectionString, CONTAINER, String(COUNT)]);
const writesMs = Number(await readText(client.stdout));
const lastWritten = performance.now();
const lastMirrored = await allMirrored;
// A blob that was new is followed by one more reading, and its message is completed after that.
while (local.broker.runtimeCounts(serviceBus.eventsQueue).active > 0) await sleep(10);
clearTimeout(giveUp);

const environment = process.cpuUsage(environmentBefore);
const { cpuMs, peakRssMiB } = usageOf(worker.pid ?? 0);
const { deadLetter } = local.broker.runtimeCounts(serviceBus.eventsQueue);
worker.kill('SIGTERM');
const lags = readLags(await workerLog);
await local.stop();

const line = (what: string, value: string | number) => console.log(`${what.padEnd(42)} ${value}`);
const round = (value: number, digits = 2) => value.toFixed(digits);
line('blobs of 1 KiB', COUNT);
line('time of the writes', `${round(writesMs / 1000)} s (${round((COUNT / writesMs) * 1000, 0)} a second)`);
line(
  'from the last write to the last mirrored',
  `${round(Math.max(0, lastMirrored - lastWritten) / 1000)} s`,
);
line('lag of an event, p50 and p99', `${percentile(lags, 0.5)} ms and ${percentile(lags, 0.99)} ms`);
line('requests to storage per event', round(requests.total / COUNT));
for (const [name, count] of [...requests.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  line(`  ${name}`, round(count / COUNT));
line('processor time per event, worker', `${round((cpuMs - workerBefore.cpuMs) / COUNT)} ms`);
line(
  'processor time per event, environment',
  `${round((environment.user + environment.system) / 1000 / COUNT)} ms`,
);
line('peak memory of the worker', `${round(peakRssMiB, 0)} MiB`);
line('dead letters', deadLetter);
process.exitCode = deadLetter === 0 ? 0 : 1;

async function readText(stream: Readable | null): Promise<string> {
  return stream === null ? '' : await text(stream);
}

function readLags(log: string): number[] {
  return log
    .split('\n')
    .filter((each) => each.includes('"lagMs"'))
    .map((each) => (JSON.parse(each) as { lagMs: number }).lagMs)
    .toSorted((a, b) => a - b);
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
