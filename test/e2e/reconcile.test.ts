import { expect, test } from 'vitest';
import type { Run } from '../../src/api/run.ts';
import { stampOf } from '../support/of-ours.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { waitUntil } from './support/wait-until.ts';

/**
 * Twenty blobs on both sides; then, without events, one is deleted from the backup, one is added there and
 * one is changed.
 */
async function startOutOfStep(): Promise<RunningEnvironment> {
  const environment = await startEnvironment();
  const photos = environment.source.getContainerClient('photos');
  await photos.create();
  for (let i = 0; i < 20; i++)
    await photos.getBlockBlobClient(`${i % 2}/${i}.txt`).upload(`blob ${i}`, `blob ${i}`.length);
  await expectEqualAccounts(environment);
  const mirrored = environment.backup.getContainerClient('photos');
  await mirrored.getBlobClient('0/0.txt').delete();
  const metadata = { ...stampOf(environment.info.source.accountName) };
  await mirrored.getBlockBlobClient('1/extra.txt').upload('extra', 5, { metadata });
  await mirrored.getBlockBlobClient('1/1.txt').upload('tampered', 8);
  return environment;
}

test('a full sync from the command line finds changes without events, repairs them and reports every key', async () => {
  const { readyFile, ...environment } = await startOutOfStep();
  const reconcile = async (...args: readonly string[]) =>
    await runBlobmirror(['reconcile', ...args, `--local=${readyFile}`]);

  const dry = await reconcile('--dry-run', '--wait', '-o', 'json');
  expect(dry.status).toBe(0);
  expect((JSON.parse(dry.stdout) as Run).counts).toMatchObject({
    inStep: 18,
    nominated: 3,
    byVerdict: { missing: 1, extra: 1, different: 1 },
  });

  const { status, stdout } = await reconcile('--wait', '-o', 'json');
  const run = JSON.parse(stdout) as Run;
  expect(run).toMatchObject({ state: 'done', alerts: [], counts: { byVerdict: { copied: 2, deleted: 1 } } });
  expect(status).toBe(0);
  await expectEqualAccounts(environment);

  const report = await reconcile('report', run.id, '-o', 'json');
  expect(
    report.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; verdict: string })
      .map(({ path, verdict }) => `${verdict} ${path}`)
      .toSorted(),
  ).toEqual(['copied 0/0.txt', 'copied 1/1.txt', 'deleted 1/extra.txt']);

  const again = await reconcile('--container', 'photos', '--prefix', '1/', '--wait', '-o', 'json');
  expect((JSON.parse(again.stdout) as Run).counts).toMatchObject({ inStep: 10, nominated: 0 });
  expect((await reconcile('list')).stdout.trimEnd().split('\n')).toHaveLength(4);
});

test('a full sync over HTTP has the same result', async () => {
  const environment = await startOutOfStep();
  const url = `${environment.info.http.baseUrl}/api/reconcile`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ container: 'photos' }) });
  const { id } = (await answer.json()) as Run;
  expect(answer.status).toBe(202);
  await waitUntil(
    'the run is done',
    async () => ((await (await fetch(`${url}/${id}`)).json()) as Run).state === 'done',
    { every: 200 },
  );
  await expectEqualAccounts(environment);
  const lines = (await (await fetch(`${url}/${id}/report`)).text()).trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(await (await fetch(url)).json()).toMatchObject({ runs: [{ id, state: 'done' }] });
});

test('only one run is active at a time, and one that no worker takes can be cancelled', async () => {
  const { readyFile, source } = await startEnvironment(['--no-worker']);
  await source.getContainerClient('photos').create();
  const reconcile = async (...args: readonly string[]) =>
    await runBlobmirror(['reconcile', ...args, `--local=${readyFile}`]);

  const { id } = JSON.parse((await reconcile('-o', 'json')).stdout) as Run;
  const second = await reconcile();
  expect(second.status).toBe(5);
  expect(second.stderr).toContain(`the run ${id} is under way`);
  expect((await reconcile('cancel', id)).status).toBe(0);
  const shown = await reconcile('show', id, '-o', 'json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ id, state: 'cancelled' });
  expect((await reconcile()).status).toBe(0);
});
