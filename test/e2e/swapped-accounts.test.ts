import type { BlobServiceClient } from '@azure/storage-blob';
import { beforeAll, describe, expect, it } from 'vitest';
import { localSettings } from '../../src/cli/local-settings.ts';
import { blobsOf, writeBlobs } from './support/blobs-of.ts';
import { runBlobmirror, spawnBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import {
  type RunningEnvironment,
  startEnvironment,
  startWorker,
  trackProcess,
} from './support/start-environment.ts';
import { waitUntil } from './support/wait-until.ts';

const BLOBS = 61;

let environment: RunningEnvironment;
let swapped: Record<string, string>;

beforeAll(async () => {
  environment = await startEnvironment(['--no-worker']);
  const { source, backup } = environment.info;
  swapped = localSettings({ ...environment.info, source: backup, backup: source });
  const worker = await startWorker(environment.readyFile);
  await writeBlobs(environment.source, 'photos', BLOBS);
  await expectEqualAccounts(environment);
  await worker.end();
});

/** Everything in an account, with its versions. */
async function contentsOf(account: BlobServiceClient): Promise<string[]> {
  const all: string[] = [];
  for await (const { name } of account.listContainers()) {
    all.push(name);
    for await (const { name: blob, properties } of account.getContainerClient(name).listBlobsFlat())
      all.push(`${name}/${blob} ${properties.etag}`);
  }
  return all;
}

async function contents(): Promise<string[][]> {
  return await Promise.all([environment.source, environment.backup].map(contentsOf));
}

describe.each([
  ['while the mirror is registered', async () => await Promise.resolve()],
  [
    'by the stamps alone',
    async () => {
      await environment.backup.deleteContainer('blobmirror-state');
    },
  ],
])('swapped accounts, recognised %s', (_, prepare) => {
  beforeAll(async () => await prepare());

  it('stop the start of a worker with one line, before anything is written or deleted', async () => {
    const before = await contents();
    const { status, stdout, stderr } = await runBlobmirror(['worker', '--http-port', '0'], { env: swapped });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^blobmirror: BLOBMIRROR_SOURCE \(backupaccount\) and BLOBMIRROR_BACKUP \(sourceaccount\) look swapped: .*BLOBMIRROR_TWO_WAY.*\n$/,
    );
    expect(await contents()).toEqual(before);
    expect(await blobsOf(environment.source, 'photos')).toHaveLength(BLOBS);
  });

  it('are a problem for check, which then checks nothing else', async () => {
    const before = await contents();
    const { status, stdout } = await runBlobmirror(['check', '-o', 'json'], { env: swapped });
    expect(status).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject([{ check: 'swapped', status: 'problem' }]);
    expect(await contents()).toEqual(before);
  });

  it.each([[['reconcile']], [['reconcile', '--dry-run']], [['pause']], [['deadletter', 'acknowledge']]])(
    'are refused by blobmirror %j',
    async (args) => {
      const before = await contents();
      const { status, stderr } = await runBlobmirror(args, { env: swapped });
      expect([status, stderr]).toEqual([2, expect.stringContaining('look swapped') as unknown]);
      expect(await contents()).toEqual(before);
    },
  );
});

it('accounts that mirror each other on purpose are mirrored if the settings say so, and nothing is deleted', async () => {
  const env = { ...swapped, BLOBMIRROR_TWO_WAY: 'on' };
  const [source] = await contents();
  const worker = trackProcess(spawnBlobmirror(['worker', '--http-port', '0'], { env }));
  await waitUntil('it is ready', () => worker.output.stdout.includes('worker is ready'), {
    saw: () => worker.output.stderr,
  });
  const { status, stdout } = await runBlobmirror(['reconcile', '--wait', '-o', 'json'], { env });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'done', alerts: [] });
  const [after] = await contents();
  expect(after?.filter((name) => name.startsWith('photos'))).toEqual(
    source?.filter((name) => name.startsWith('photos')),
  );
  await worker.end();
});
