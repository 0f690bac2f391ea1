import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { type Local, startLocal } from '@blobmirror/local';
import { freePort } from '../../src/cli/run-start.ts';
import { WORKER_FLAGS } from '../../src/cli/worker-flags.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { spawnBlobmirror } from '../e2e/support/blobmirror-process.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { makePackage } from './support/make-package.ts';
import { type Instruction, readDockerfile, textOf, wordsOf } from './support/read-dockerfile.ts';

let dockerfile: readonly Instruction[];

beforeAll(async () => {
  dockerfile = await readDockerfile();
});

it('the image is pinned, not root, and runs a worker with the flags that a worker has', () => {
  expect(dockerfile[0]).toMatchObject({ name: 'FROM' });
  expect(textOf(dockerfile, 'FROM')).toMatch(/^node:\d+\.\d+\.\d+-[a-z]+-slim(?:@sha256:[0-9a-f]{64})?$/);
  expect(textOf(dockerfile, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(wordsOf(textOf(dockerfile, 'CMD'))).toEqual(['node', ...WORKER_FLAGS, 'cli/main.js', 'worker']);
  const names = dockerfile.map(({ name }) => name);
  expect(names.indexOf('USER')).toBeLessThan(names.indexOf('CMD'));
  // Nothing is made while it is built, so that what runs is what was tested.
  expect(names).not.toContain('RUN');
});

it('what the image holds is the package, and docker build gets to see nothing else', async () => {
  expect(textOf(dockerfile, 'COPY')).toBe('dist/package/ ./');
  const ignored = await readFile(new URL('../../.dockerignore', import.meta.url), 'utf8');
  const rules = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(rules).toEqual(['*', '!dist', 'dist/*', '!dist/package', 'dist/package/.compile-cache']);
});

it('no secret is in the image', () => {
  const set = dockerfile.filter(({ name }) => name === 'ENV' || name === 'ARG').map(({ text }) => text);
  expect(set).toEqual(['NODE_ENV=production', 'BLOBMIRROR_HTTP_HOST=0.0.0.0']);
});

it('the command of the image, in a folder that holds what the image does, mirrors, is healthy, and stops when asked to', async () => {
  const { local, folder, port } = await layOut();
  const [, ...args] = wordsOf(textOf(dockerfile, 'CMD'));
  const variables = dockerfile.filter(({ name }) => name === 'ENV').map(({ text }) => text.split('=', 2));
  const worker = spawnBlobmirror([...args, '--http-port', String(port)], {
    program: process.execPath,
    cwd: folder,
    env: {
      ...localSettings(local.connections),
      ...(Object.fromEntries(variables) as Record<string, string>),
    },
  });
  try {
    await waitUntil('the worker is ready', () => worker.output.stdout.includes('is ready'));
    const [, ...check] = wordsOf(textOf(dockerfile, 'HEALTHCHECK')).map((word) =>
      word.replaceAll(textOf(dockerfile, 'EXPOSE'), String(port)),
    );
    await promisify(execFile)(process.execPath, check);
    expect((await fetch(`http://127.0.0.1:${port}/api/status`)).status).toBe(403);

    const [source, backup] = [local.connections.source, local.connections.backup].map(
      ({ connectionString }) =>
        BlobServiceClient.fromConnectionString(connectionString).getContainerClient('docs'),
    ) as [
      ReturnType<BlobServiceClient['getContainerClient']>,
      ReturnType<BlobServiceClient['getContainerClient']>,
    ];
    await source.create();
    await source.getBlockBlobClient('a.txt').upload('hello', 5);
    await waitUntil('the blob is mirrored', () => backup.getBlobClient('a.txt').exists());

    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await expect(promisify(execFile)(process.execPath, check)).rejects.toThrow('Command failed');
  } finally {
    await worker.end();
    await local.stop();
    await rm(folder, { recursive: true });
  }
});

it('says in one line what to do where the image lacks the embedded environment, and tells of it in its help', async () => {
  const folder = await makePackage();
  onTestFinished(() => rm(folder, { recursive: true }));
  const run = async (...args: readonly string[]) => {
    const command = spawnBlobmirror([join(folder, 'cli/main.js'), ...args], {
      program: process.execPath,
      cwd: folder,
      env: { BLOBMIRROR_RECONCILE_SCHEDULE: '', BLOBMIRROR_CANARY: '' },
    });
    return { status: await command.ended, ...command.output };
  };
  const start = ['start', '--storage-port', '0', '--service-bus-port', '0', '--http-port', '0'];
  const refused = {
    status: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^blobmirror: the embedded environment is the package @blobmirror\/local, which is not installed\. .* container image .* docs\/settings\.md\.\n$/,
    ) as string,
  };
  const [help, started, local, sas, bare] = await Promise.all([
    run('--help'),
    run(...start),
    run('status', '--local'),
    run('sas', '--local'),
    run('status'),
  ]);
  expect(help.stdout.replaceAll(/\s+/g, ' ')).toContain(
    '(not possible here: @blobmirror/local is not installed)',
  );
  expect(started).toEqual(refused);
  for (const { status, stderr } of [local, sas]) {
    expect(status).toBe(2);
    expect(stderr).toMatch(/^blobmirror: there is no .*local\.json\. Name the ready file .* elsewhere.*\n$/);
  }
  expect(bare.stderr).toMatch(/^blobmirror: no setting is set, [^"]+\n$/);

  // Whole it is only with its dependencies.
  const other = join(folder, 'node_modules/@blobmirror/local');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'package.json'), '{"name":"@blobmirror/local","exports":"./index.mjs"}');
  await writeFile(
    join(other, 'index.mjs'),
    `import { createRequire } from 'node:module';
     createRequire(import.meta.url).resolve('azurite/package.json');`,
  );
  expect((await run(...start)).stderr).toMatch(
    /^blobmirror: the embedded environment is the package @blobmirror\/local, which is not installed whole: it lacks azurite\. Run .*\n$/,
  );
});

async function layOut(): Promise<{ local: Local; folder: string; port: number }> {
  const [local, folder, port] = await Promise.all([
    startLocal({ storagePort: 0, serviceBusPort: 0, log: createLogger('silent') }),
    makePackage(),
    freePort(0, 'the app'),
  ]);
  return { local, folder, port };
}
