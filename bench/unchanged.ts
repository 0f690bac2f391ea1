/**
 * Whole runs that find nothing changed, ours beside those of azcopy and rclone: each in a process that starts for it and
 * ends with it, on listings that are written from memory. The embedded storage takes minutes for as many blobs as are of
 * interest here; it keeps the state and the queue, as ever. Fails when one of our runs is not whole, or a tool writes.
 */
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { type LocalAccount, startLocal } from '@blobmirror/local';
import { createLogger } from '../src/telemetry/logger.ts';
import { spawnListingServer } from './spawn-listing-server.ts';
import { type Measured, runMeasured } from './sync/run-measured.ts';
import { findTools, OURS } from './sync/sync-tools.ts';

const { values } = parseArgs({
  options: { blobs: { type: 'string', default: '50000' }, runs: { type: 'string', default: '5' } },
});
const container = 'bench';
const blobs = Number(values.blobs);

let requests = 0;
/** To blobs of the container that is listed. */
let writes = 0;
const local = await startLocal({ storagePort: 0, serviceBusPort: 0, log: createLogger('warn') });
const { source, backup } = local.connections;
const listings = [
  await spawnListingServer({ blobs, container, account: source.accountName }),
  await spawnListingServer({ blobs, container, account: backup.accountName, stampOf: source.accountName }),
];
for (const { connectionString } of [source, backup])
  await BlobServiceClient.fromConnectionString(connectionString).getContainerClient(container).create();

/** Lists from memory, and hands all else on. */
const front = createServer((incoming, outgoing) => {
  requests++;
  const { pathname, searchParams } = new URL(incoming.url ?? '', 'http://127.0.0.1');
  const isListing = searchParams.get('comp') === 'list' && pathname.endsWith(`/${container}`);
  const isRead = incoming.method === 'GET' || incoming.method === 'HEAD';
  if (!isRead && pathname.includes(`/${container}/`)) writes++;
  const from = isListing
    ? listings[pathname.startsWith(`/${source.accountName}/`) ? 0 : 1]?.connectionString
    : source.connectionString;
  const { method, url, headers } = incoming;
  const onward = sendRequest({ port: portOf(from ?? ''), path: url, method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
});
await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
const { port } = front.address() as AddressInfo;
const info = { ...local.connections, source: behind(source), backup: behind(backup) };

const tools = findTools();
const runs = new Map(tools.map(({ name }) => [name, [] as (Measured & { readonly requests: number })[]]));
let failed = false;
for (let run = 0; run < Number(values.runs); run++) {
  // In turn, so that what else the machine does meets all alike.
  for (const tool of tools) {
    [requests, writes] = [0, 0];
    const measured = await runMeasured(tool.command({ info, source: container, backup: container }));
    const isRight = measured.status === 0 && writes === 0 && requests > blobs / 5000;
    if (!isRight) console.error(`${tool.name}, ${writes} writes: ${measured.output.slice(-1000)}`);
    failed ||= !isRight;
    runs.get(tool.name)?.push({ ...measured, requests });
  }
}

const ours = medianOf(runs.get(OURS.name) ?? [], ({ cpuSeconds }) => cpuSeconds);
console.log(
  `\n${blobs} blobs, ${values.runs} runs each, medians; in brackets: from the least to the most.\n`,
);
console.log('| tool | CPU, s | CPU per blob, µs | times ours | requests | wall, s | peak, MiB |');
console.log('| --- | --: | --: | --: | --: | --: | --: |');
for (const [name, all] of runs) {
  const cpu = medianOf(all, ({ cpuSeconds }) => cpuSeconds);
  const cpus = all.map(({ cpuSeconds }) => cpuSeconds);
  const cells = [
    `${cpu.toFixed(2)} (${Math.min(...cpus).toFixed(2)} - ${Math.max(...cpus).toFixed(2)})`,
    ((cpu * 1e6) / blobs).toFixed(1),
    (cpu / ours).toFixed(1),
    medianOf(all, (each) => each.requests),
    medianOf(all, ({ seconds }) => seconds).toFixed(2),
    medianOf(all, ({ peakMiB }) => peakMiB).toFixed(0),
  ];
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
for (const listing of listings) await listing.stop();
await local.stop();
process.exit(failed ? 1 : 0);

function behind(account: LocalAccount): LocalAccount {
  const [connectionString, blobEndpoint] = [account.connectionString, account.blobEndpoint].map((text) =>
    text.replace(/(127\.0\.0\.1:)\d+/, `$1${port}`),
  ) as [string, string];
  return { ...account, connectionString, blobEndpoint };
}

function medianOf<Each>(all: readonly Each[], of: (each: Each) => number): number {
  return all.map(of).toSorted((one, other) => one - other)[(all.length - 1) >> 1] ?? Number.NaN;
}

function portOf(connectionString: string): string {
  return /127\.0\.0\.1:(\d+)/.exec(connectionString)?.[1] ?? '';
}
