import { beforeAll, expect, test } from 'vitest';
import { runBlobmirror, spawnBlobmirror } from './support/blobmirror-process.ts';
import { type RunningEnvironment, startEnvironment, trackProcess } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

let environment: RunningEnvironment;

beforeAll(async () => {
  environment = await startEnvironment();
  const container = environment.source.getContainerClient('photos');
  await container.create();
  for (const name of ['cat.jpg', 'dog.jpg', 'a b/%2F.jpg'])
    await container.getBlockBlobClient(name).upload(name, name.length, { metadata: { Name: 'x' } });
  for (const name of ['cat.jpg', 'dog.jpg', 'a b/%2F.jpg']) await untilMirrored(environment, 'photos', name);
  // Of the tests that change the backup.
  for (const [name, blobs] of [
    ['changed', ['cat.jpg', 'dog.jpg']],
    ['interrupted', ['cat.jpg']],
  ] as const) {
    await environment.source.createContainer(name);
    for (const blob of blobs) {
      await environment.source.getContainerClient(name).getBlockBlobClient(blob).upload(blob, blob.length);
      await untilMirrored(environment, name, blob);
    }
  }
});

const verify = async (...args: string[]) =>
  await runBlobmirror(['verify', `--local=${environment.readyFile}`, ...args]);

test('verify finds no difference once the mirror is at rest, and ends with status 0', async () => {
  const { status, stdout, stderr } = await verify('--content', 'read', '--container', 'photos');
  expect(stderr).toMatch(/^3 blobs in 1 container compared in [\d.]+ s: no difference$/m);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

const show = async (key: string, ...args: string[]) =>
  await runBlobmirror(['show', `--local=${environment.readyFile}`, key, ...args]);

test('show tells whether one key is in step by its status, its text and over HTTP', async () => {
  const inStep = await show('photos/a b/%2F.jpg');
  expect(inStep.status).toBe(0);
  expect(inStep.stdout).toMatch(/^key +photos\/a b\/%2F\.jpg\nin step +nothing differs/);
  const answer = await fetch(
    `${environment.info.http.baseUrl}/api/show?key=${encodeURIComponent('photos/a b/%2F.jpg')}`,
  );
  expect(await answer.json()).toMatchObject({ verdict: { state: 'in-step' }, waiting: { isComplete: true } });

  const absent = await show('photos/none', '-o', 'json');
  expect(absent.status).toBe(7);
  expect(JSON.parse(absent.stdout)).toMatchObject({ verdict: { state: 'absent' } });
  const wrong = await show('photos');
  expect([wrong.status, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toContain('it should be CONTAINER/PATH');
});

test('a container that does not exist is refused with status 2', async () => {
  const { status, stdout, stderr } = await verify('--container', 'nowhere');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('"nowhere" is in neither account');
});

test('verify prints each difference as a line of JSON and ends with status 3, within the limit', async () => {
  const backup = environment.backup.getContainerClient('changed');
  const { metadata = {} } = await backup.getBlobClient('cat.jpg').getProperties();
  await backup.getBlobClient('cat.jpg').setMetadata({ ...metadata, added: '1' });
  await backup.deleteBlob('dog.jpg');

  const { status, stdout, stderr } = await verify('-o', 'json', '--settle', '0', '--container', 'changed');
  const lines = stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
    expect.arrayContaining([
      {
        finding: 'difference',
        container: 'changed',
        path: 'cat.jpg',
        difference: 'metadata',
        name: 'added',
        backup: '1',
      },
      { finding: 'difference', container: 'changed', path: 'dog.jpg', difference: 'missing-on-backup' },
    ]),
  );
  expect(stderr).toContain('in 2 places');
  expect(status).toBe(3);
  const missing = await show('changed/dog.jpg');
  expect(missing.status).toBe(3);
  expect(missing.stdout).toMatch(/^DIFFERS +missing-on-backup; a check copies it$/m);

  const limited = await verify('-o', 'json', '--settle', '0', '--container', 'changed', '--limit', '1');
  expect(limited.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(limited.status).toBe(3);
});

test('Ctrl-C ends it long before it has settled, with the findings so far', async () => {
  const backup = environment.backup.getContainerClient('interrupted');
  // One difference is told at once, the other one only when it has settled.
  const { metadata = {} } = await backup.getBlobClient('cat.jpg').getProperties();
  await backup.getBlobClient('cat.jpg').setMetadata({ ...metadata, added: '1' });
  await backup.getBlockBlobClient('extra').upload('x', 1);
  const run = trackProcess(
    spawnBlobmirror([
      'verify',
      `--local=${environment.readyFile}`,
      '--settle',
      '3600',
      '--container',
      'interrupted',
    ]),
  );
  await waitUntil('it has found something', () => run.output.stdout !== '', {
    isPassing: true,
  });
  run.signal('SIGINT');
  expect(await run.ended).toBe(130);
  expect(run.output.stderr).toContain('before it was interrupted');
});
