/**
 * Whole runs of a reconcile that finds nothing changed, each in a process that starts for it and ends with it, with
 * listings that are written from memory: the embedded storage takes minutes for as many blobs as are of interest here. It
 * keeps the state and the queue, as ever. Fails when a run is not whole.
 */
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import type { LocalAccount } from '../src/local/ready-file.js';
import { startLocal } from '../src/local/start-local.js';
import { createLogger } from '../src/telemetry/create-logger.js';
import { spawnListingServer } from './spawn-listing-server.js';
import { runMeasured } from './sync/run-measured.js';
import { OURS } from './sync/sync-tools.js';

const { values } = parseArgs({
  options: { blobs: { type: 'string', default: '50000' }, runs: { type: 'string', default: '5' } },
});
const container = 'bench';
const blobs = Number(values.blobs);

let requests = 0;
const local = await startLocal({ storagePort: 0, serviceBusPort: 0, log: createLogger('warn') });
const { source, backup } = local.info;
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
const info = { ...local.info, source: behind(source), backup: behind(backup) };

console.log(`| run | CPU, s | CPU per blob, µs | requests | peak, MiB |\n| --: | --: | --: | --: | --: |`);
let failed = false;
for (let run = 1; run <= Number(values.runs); run++) {
  requests = 0;
  const { status, output, cpuSeconds, peakMiB } = await runMeasured(
    OURS.command({ info, source: container, backup: container }),
  );
  if (status !== 0) console.error(output.slice(-1000));
  failed ||= status !== 0;
  const perBlob = ((cpuSeconds * 1e6) / blobs).toFixed(1);
  console.log(`| ${run} | ${cpuSeconds.toFixed(2)} | ${perBlob} | ${requests} | ${peakMiB.toFixed(0)} |`);
}
for (const listing of listings) await listing.stop();
await local.stop();
process.exit(failed ? 1 : 0);

function behind(account: LocalAccount): LocalAccount {
  const connectionString = account.connectionString.replace(/(127\.0\.0\.1:)\d+/, `$1${port}`);
  return { ...account, connectionString };
}

function portOf(connectionString: string): string {
  return /127\.0\.0\.1:(\d+)/.exec(connectionString)?.[1] ?? '';
}
