import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runBlobmirror, spawnBlobmirror } from './support/blobmirror-process.ts';
import {
  environmentOf,
  FREE_PORTS,
  type RunningEnvironment,
  startEnvironment,
  trackProcess,
} from './support/start-environment.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

test('the ready file has the shape that other tools rely on, for its owner alone', async () => {
  const { info, readyFile } = await startEnvironment();
  const account = (name: string) => ({
    accountName: name,
    accountKey: expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/) as string,
    blobEndpoint: expect.stringMatching(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/${name}$`)) as string,
    dfsEndpoint: null,
    connectionString: expect.stringContaining(`AccountName=${name};`) as string,
  });
  expect(info).toEqual({
    source: account('sourceaccount'),
    backup: account('backupaccount'),
    serviceBus: {
      connectionString: expect.stringMatching(
        /^Endpoint=sb:\/\/127\.0\.0\.1:\d+;.*UseDevelopmentEmulator=true/,
      ) as string,
      eventsQueue: 'storage-events',
      reconcileQueue: 'reconcile',
    },
    http: { baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string },
    pid: expect.any(Number) as number,
  });
  expect((await stat(readyFile)).mode & 0o777).toBe(0o600);
});

test('commands use the mirror that was started, unless another name is given', async () => {
  const { info, readyFile } = await startEnvironment([], { env: { BLOBMIRROR_NAME: 'docs' } });
  expect(info.name).toBe('docs');
  const asked = async (env: Record<string, string>) =>
    (await runBlobmirror(['status', `--local=${readyFile}`], { env })).stdout;
  expect(await asked({})).toContain(' UTC, sourceaccount -> backupaccount, mirror docs\n');
  expect(await asked({ BLOBMIRROR_NAME: 'photos' })).toContain(', mirror photos\n');
  expect(await asked({ BLOBMIRROR_NAME: 'default' })).toContain(' -> backupaccount\n');
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in the middle of writes stops it with status 0, and leaves neither process nor ready file',
  async (signal) => {
    const environment = await startEnvironment();
    const container = environment.source.getContainerClient('photos');
    await container.create();
    for (let n = 0; n < 20; n++) await container.getBlockBlobClient(`${n}`).upload('bytes', 5);

    environment.process.signal(signal);
    expect(await environment.process.ended).toBe(0);
    expect(environment.process.processes()).toEqual([]);
    expect(existsSync(environment.readyFile)).toBe(false);
  },
);

test('npm start is ready on a line of standard output, mirrors, and stops on Ctrl-C', async () => {
  const readyFile = join(await temporaryDirectory(), 'local.json');
  const args = ['start', '--', ...FREE_PORTS, '--ready-file', readyFile];
  const started = trackProcess(spawnBlobmirror(args, { program: 'npm' }));
  const environment = await environmentOf(started, readyFile);
  await environment.source.createContainer('photos');
  await environment.source.getContainerClient('photos').getBlockBlobClient('cat.jpg').upload('cat', 3);
  await untilMirrored(environment, 'photos', 'cat.jpg');

  // A terminal sends it to every process of the group.
  process.kill(-started.pid, 'SIGINT');
  expect(await started.ended).toBe(0);
  await waitUntil('no process is left', () => started.processes().length === 0);
  expect(existsSync(readyFile)).toBe(false);
});

test('with --no-worker it starts no worker, and says what to run', async () => {
  const { process: started, source, backup } = await startEnvironment(['--no-worker']);
  expect(started.output.stdout).toContain('blobmirror worker --local');
  await source.createContainer('photos');
  await source.getContainerClient('photos').getBlockBlobClient('cat.jpg').upload('cat', 3);
  expect(await Array.fromAsync(backup.listContainers())).toEqual([]);
});

test.each(['--storage-port', '--service-bus-port', '--http-port'])(
  'a taken %s stops the start with one line that says which port',
  async (option) => {
    const server = createServer();
    const port = await portOf(server);
    onTestFinished(() => void server.close());
    const readyFile = join(await temporaryDirectory(), 'local.json');
    const args = ['start', ...FREE_PORTS, option, String(port), '--ready-file', readyFile];
    const { status, stdout, stderr } = await runBlobmirror(args);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(linesFromBlobmirror(stderr)).toEqual([expect.stringContaining(`port ${port}`)]);
    expect(stderr).toContain('--storage-port 0 --service-bus-port 0 --http-port 0');
    expect(existsSync(readyFile)).toBe(false);
  },
);

test('a data directory that another environment uses is refused with one line', async () => {
  const data = await temporaryDirectory();
  const first = await startEnvironment(['--data', data, '--no-worker']);
  const readyFile = join(await temporaryDirectory(), 'local.json');
  const args = ['start', ...FREE_PORTS, '--data', data, '--ready-file', readyFile];
  const { status, stderr } = await runBlobmirror(args);
  expect(status).toBe(2);
  expect(linesFromBlobmirror(stderr)).toEqual([
    expect.stringContaining(`--data ${data} is in use by process ${first.process.pid}`),
  ]);
});

test('a worker that dies is restarted, and catches up', async () => {
  const environment = await startEnvironment();
  await environment.source.createContainer('photos');
  const container = environment.source.getContainerClient('photos');
  await container.getBlockBlobClient('before').upload('before', 6);
  await untilMirrored(environment, 'photos', 'before');

  const deaths = () => environment.process.logged('the worker died and is restarted');
  process.kill(workerOf(environment), 'SIGKILL');
  await waitUntil('its death is noticed', () => deaths().length === 1);
  await container.getBlockBlobClient('meanwhile').upload('meanwhile', 9);
  await untilMirrored(environment, 'photos', 'meanwhile');
  expect(deaths()).toMatchObject([{ signal: 'SIGKILL' }]);
});

test('a worker whose environment is killed ends by itself', async () => {
  const environment = await startEnvironment();
  expect(environment.process.processes()).toContain(workerOf(environment));
  environment.process.signal('SIGKILL');
  await waitUntil('no process is left', () => environment.process.processes().length === 0);
});

function linesFromBlobmirror(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('blobmirror:'));
}

function workerOf({ process: started }: RunningEnvironment): number {
  const [worker, ...others] = started.processes().filter((pid) => pid !== started.pid);
  if (worker === undefined || others.length > 0) throw new Error('there should be one process more');
  return worker;
}
