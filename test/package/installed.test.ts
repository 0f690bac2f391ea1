import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { spawnBlobmirror } from '../e2e/support/blobmirror-process.ts';
import { trackProcess } from '../e2e/support/start-environment.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { installPacked, type PackageName, removePacked } from './support/install-packed.ts';

const MAIN = 'node_modules/blobmirror/dist/package/cli/main.js';
const ANY_PORTS = ['--storage-port', '0', '--service-bus-port', '0', '--http-port', '0'];

afterAll(removePacked);

async function install(names: readonly PackageName[], options: { others: boolean }): Promise<string> {
  const folder = await installPacked(names, options);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('without the embedded environment "blobmirror start" says what to install, and other commands work', async () => {
  const folder = await install(['blobmirror'], { others: false });
  const start = trackProcess(
    spawnBlobmirror([MAIN, 'start', ...ANY_PORTS], { program: process.execPath, cwd: folder }),
  );
  expect(await start.ended).toBe(2);
  expect(start.output.stderr).toContain(
    'blobmirror: the embedded environment is the package @blobmirror/local, which is not installed. Run "npm install @blobmirror/local"',
  );
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, '--help'], { cwd: folder });
  expect(stdout).toContain('Usage: blobmirror');
});

it('where both are installed "blobmirror start" gets ready, and stops when asked to', async () => {
  const folder = await install(['blobmirror', '@blobmirror/local', '@blobmirror/rhea-patches'], {
    others: true,
  });
  const start = trackProcess(
    spawnBlobmirror([MAIN, 'start', ...ANY_PORTS], { program: process.execPath, cwd: folder }),
  );
  await waitUntil('the environment is ready', () => start.output.stdout.includes('blobmirror is ready'), {
    saw: () => start.output.stderr,
  });
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'sas', '--local'], { cwd: folder });
  expect(stdout).toContain('sig=');
  start.signal('SIGTERM');
  expect(await start.ended).toBe(0);
  expect(existsSync(join(folder, '.blobmirror/local.json'))).toBe(false);
});

it('the environment alone brings an event of an upload to the queue', async () => {
  const folder = await install(['@blobmirror/local', '@blobmirror/rhea-patches'], { others: true });
  await writeFile(
    join(folder, 'try.mjs'),
    `import { createAccountSas, startLocal } from '@blobmirror/local';
     import { BlobServiceClient } from '@azure/storage-blob';
     import { ServiceBusClient } from '@azure/service-bus';
     const local = await startLocal({ storagePort: 0, serviceBusPort: 0 });
     const { source, serviceBus } = local.connections;
     const service = new BlobServiceClient(source.blobEndpoint + '?' + createAccountSas(source));
     const photos = service.getContainerClient('photos');
     await photos.create();
     await photos.getBlockBlobClient('cat.jpg').upload('cat', 3);
     const bus = new ServiceBusClient(serviceBus.connectionString);
     const receiver = bus.createReceiver(serviceBus.eventsQueue);
     const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
     console.log(message?.body.eventType, message?.body.subject);
     await bus.close();
     await local.stop();`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['try.mjs'], { cwd: folder });
  expect(stdout).toBe(
    'Microsoft.Storage.BlobCreated /blobServices/default/containers/photos/blobs/cat.jpg\n',
  );
});

it('the packages hold what was built, their README and license, and nothing else', async () => {
  const folder = await install(['@blobmirror/local', '@blobmirror/rhea-patches'], { others: false });
  for (const name of ['local', 'rhea-patches']) {
    const root = join(folder, 'node_modules/@blobmirror', name);
    expect((await readdir(root)).toSorted()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const files = await readdir(join(root, 'dist'), { recursive: true });
    expect(files.filter((file) => file.includes('.') && !/\.[jt]s$/.test(file))).toEqual([]);
    const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { exports: object };
    const targets = JSON.stringify(exports).match(/\.\/dist\/[^"]+/g) ?? [];
    expect(targets.length).toBeGreaterThan(0);
    expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
  }
});
