import { expect, test } from 'vitest';
import type { UnprotectedKey } from '../../src/api/unprotected.ts';
import type { Status } from '../../src/api/status.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { queueCounts } from './support/queue-counts.ts';
import { startEnvironment } from './support/start-environment.ts';
import { startProxiedWorker } from './support/start-proxied-worker.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

const SELDOM = { every: 50 };

test('a version that a lease keeps out of the backup is excepted by name at once, over a restart and a purge, until it is mirrored', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { info, source, backup, readyFile } = environment;
  let isBroken = true;
  const intercept: Parameters<typeof startProxiedWorker>[1] = (request, response) => {
    if (!isBroken || request.method !== 'PUT' || request.url?.includes('/stuck') !== true) return false;
    response.writeHead(400, { 'x-ms-error-code': 'InvalidHeaderValue' }).end();
    return true;
  };
  let worker = await startProxiedWorker(environment, intercept);
  const local = `--local=${readyFile}`;
  const unprotected = async (...args: readonly string[]) => {
    const { status, stdout } = await runBlobmirror(['unprotected', local, '-o', 'json', ...args]);
    const keys = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as UnprotectedKey);
    return { status, keys };
  };
  const exceptedIn = async (): Promise<readonly string[]> => {
    const { stdout } = await runBlobmirror(['status', local, '-o', 'json']);
    const { statement, recovery } = JSON.parse(stdout) as Status;
    return [statement.replace(/^.*?(, except|$)/, '$1'), ...recovery.excepted.sample.map(({ path }) => path)];
  };
  const upload = async (path: string, text: string) => {
    await source.getContainerClient('photos').getBlockBlobClient(path).upload(text, text.length);
  };

  await source.getContainerClient('photos').create();
  await upload('leased', 'version 1');
  await untilMirrored(environment, 'photos', 'leased');
  expect(await unprotected()).toEqual({ status: 0, keys: [] });
  const lease = backup.getContainerClient('photos').getBlobClient('leased').getBlobLeaseClient();
  await lease.acquireLease(-1);
  await upload('leased', 'version 2');
  await upload('stuck', 'only one');
  const found = await waitUntil(
    'both are named',
    async () => {
      const now = await unprotected();
      return now.keys.length === 2 && now;
    },
    SELDOM,
  );
  expect(found).toMatchObject({
    status: 3,
    keys: [
      { container: 'photos', path: 'leased', reason: 'backup-leased', namedBy: 'record' },
      { path: 'stuck', reason: 'storage-rejected', deadLetter: expect.stringMatching(/^events:/) as string },
    ],
  });
  expect(await exceptedIn()).toEqual([', except 2 keys', 'leased', 'stuck']);

  // Nothing waits, and the dead letter is purged: the record is all that names them.
  await runBlobmirror(['deadletter', 'purge', '--all', '--yes', local]);
  expect(await queueCounts(info.serviceBus)).toMatchObject({ active: 0, scheduled: 0, deadLetter: 0 });
  worker.signal('SIGKILL');
  await worker.ended;
  worker = await startProxiedWorker(environment, intercept);
  expect(await exceptedIn()).toEqual([', except 2 keys', 'leased', 'stuck']);
  expect((await unprotected('--reason', 'backup-leased')).keys).toMatchObject([
    { path: 'leased', hint: expect.stringContaining('Break the lease') as string },
  ]);
  expect((await unprotected('--reason', 'backup-leasd')).status).toBe(2);
  const { stdout: shown } = await runBlobmirror(['show', 'photos/leased', local]);
  expect(shown).toMatch(/^what to do +The backup blob is leased\. Break the lease;/m);
  expect(shown).toMatch(/^a check would +copy; the last check was stopped: backup-leased$/m);

  await lease.breakLease(0);
  isBroken = false;
  for (const path of ['leased', 'stuck']) {
    await upload(path, 'version 3');
    await untilMirrored(environment, 'photos', path);
  }
  await waitUntil('nothing is excepted', async () => (await unprotected()).status === 0, SELDOM);
  expect(await exceptedIn()).toEqual(['']);
});
