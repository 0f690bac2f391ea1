/**
 * What a listing costs the one who reads it: the SDK's client beside ours, each in a process of its own, against a
 * server in a third that writes pages from memory. It asserts that all entries came, and nothing about times.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { bundled } from './bundled.ts';
import type { Listed } from './list-once.ts';
import { spawnListingServer } from './spawn-listing-server.ts';

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    'sdk-entries': { type: 'string' },
    metadata: { type: 'string', default: '2' },
  },
});
const entries = Number(values.entries);
const counts = { sdk: Number(values['sdk-entries'] ?? entries), ours: entries };
const metadata = Number(values.metadata);

const sdk = await measure('sdk', counts.sdk);
const ours = await measure('ours', counts.ours);

const row = (what: string, of: (listed: Listed) => number, digits: number) => {
  const [a, b] = [of(sdk), of(ours)];
  const cells = [a.toFixed(digits), b.toFixed(digits), (b / a).toFixed(3)];
  console.log(`${what.padEnd(34)}${cells.map((cell) => cell.padStart(14)).join('')}`);
};
console.log(
  `${`${metadata} metadata entries and a stamp`.padEnd(34)}${'SDK'.padStart(14)}${'ours'.padStart(14)}${'ratio'.padStart(14)}`,
);
row('entries', ({ entries: count }) => count, 0);
row('entries a second', ({ entries: count, seconds }) => count / seconds, 0);
row('processor time per entry, µs', ({ entries: count, cpuSeconds }) => (cpuSeconds * 1e6) / count, 2);
row('peak memory, MiB', ({ peakMiB }) => peakMiB, 0);
process.exitCode = sdk.entries === counts.sdk && ours.entries === counts.ours ? 0 : 1;

async function measure(way: 'sdk' | 'ours', blobs: number): Promise<Listed> {
  const container = 'bench';
  const server = await spawnListingServer({ blobs, container, metadata, stampOf: 'sourceaccount' });
  const client = fork(bundled('list-once'), [way, server.connectionString, container]);
  const [listed] = (await Promise.race([once(client, 'message'), once(client, 'exit')])) as [Listed | number];
  await server.stop();
  if (typeof listed !== 'object') throw new Error(`the client ended with ${listed}`);
  return listed;
}
