/**
 * A reconcile beside `azcopy sync` and `rclone sync`, on one embedded storage: from empty, with nothing changed, and with
 * one blob in a hundred changed and one deleted. The environment is this process and each tool one of its own, from its
 * start to its end. It fails when ours leaves the backup unequal, and asserts nothing about times, which are the
 * machine's: the storage, a single thread, is most of them.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { startLocal } from '@blobmirror/local';
import { createLogger } from '../src/telemetry/logger.ts';
import { isSameContainer } from './sync/is-same-container.ts';
import { printTable } from './sync/print-table.ts';
import type { Result } from './sync/result.ts';
import { runMeasured } from './sync/run-measured.ts';
import { findTools, type SyncTool } from './sync/sync-tools.ts';

const { values } = parseArgs({ options: { blobs: { type: 'string', default: '10000' } } });
const blobs = Number(values.blobs);
const SOURCE = 'bench';
const WARM_UP = 'warm-up';
const WARM_UP_BLOBS = 500;
const BLOB_BYTES = 1024;
const CONCURRENCY = 32;

let requests = 0;
const local = await startLocal({
  storagePort: 0,
  serviceBusPort: 0,
  onRequest: () => requests++,
  log: createLogger('warn'),
});
const { connections: info } = local;
const source = BlobServiceClient.fromConnectionString(info.source.connectionString).getContainerClient(
  SOURCE,
);
const backup = BlobServiceClient.fromConnectionString(info.backup.connectionString);
await source.create();
const names = Array.from(
  { length: blobs },
  (_, i) => `dir${String(Math.floor(i / 100)).padStart(5, '0')}/file${String(i % 100).padStart(3, '0')}`,
);
await forEach(names, write);

const tools = findTools();
const results: Result[] = [];
for (const { name } of tools) await backup.getContainerClient(name).create();
await warmUp();
await phase('from empty');
// What rclone makes up for after its own copies is no part of a sync that finds nothing changed.
for (const tool of tools) if (tool.name === 'rclone') await sync(tool, 'after its copies');
await phase('nothing changed');
const hundredth = names.filter((_, i) => i % 100 === 0);
await forEach(hundredth, write);
await forEach(
  names.filter((_, i) => i % 100 === 50),
  async (name) => void (await source.deleteBlob(name)),
);
await phase('1 % changed, 1 % deleted');
printTable(results);
await local.stop();
const [ours] = tools;
process.exit(
  results.every(({ tool, isEqual, status }) => tool !== ours?.name || (isEqual && status === 0)) ? 0 : 1,
);

/** The storage compiles what it runs for a copy while the first copies are made, and that is no part of any tool. */
async function warmUp(): Promise<void> {
  const from = BlobServiceClient.fromConnectionString(info.source.connectionString);
  await from.getContainerClient(WARM_UP).create();
  await forEach(names.slice(0, WARM_UP_BLOBS), async (name) => {
    await from.getContainerClient(WARM_UP).getBlockBlobClient(name).upload(name, name.length);
  });
  for (const tool of tools) {
    const to = `${WARM_UP}-${tool.name}`;
    await backup.getContainerClient(to).create();
    await runMeasured(tool.command({ info, source: WARM_UP, backup: to }));
  }
}

async function phase(title: string): Promise<void> {
  // A change is seen by its time, and times have whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  for (const tool of tools) results.push(await sync(tool, title));
}

async function sync(tool: SyncTool, title: string): Promise<Result> {
  requests = 0;
  const measured = await runMeasured(tool.command({ info, source: SOURCE, backup: tool.name }));
  const counted = requests;
  const isEqual = await isSameContainer(source, backup.getContainerClient(tool.name));
  if (measured.status !== 0 || !isEqual)
    console.error(`${tool.name}, ${title}: ${measured.output.slice(-1000)}`);
  return { ...measured, tool: tool.name, phase: title, blobs, requests: counted, isEqual };
}

async function write(name: string): Promise<void> {
  await source.getBlockBlobClient(name).upload(randomBytes(BLOB_BYTES), BLOB_BYTES);
}

async function forEach(all: readonly string[], act: (name: string) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const name of rest) await act(name);
    }),
  );
}
