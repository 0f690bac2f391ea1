import type { ContainerClient } from '@azure/storage-blob';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCommandApp } from '../../src/wiring/create-command-app.ts';
import { readSettings } from '../../src/config/settings.ts';
import { localSettings } from '../../src/cli/local-settings.ts';
import type { Status } from '../../src/api/status.ts';
import { readFormerDocuments } from '../fixtures/former-release/read-former-release.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { writeBlobs } from './support/blobs-of.ts';
import { type BlobmirrorProcess, runBlobmirror, spawnBlobmirror } from './support/blobmirror-process.ts';
import { type RunningEnvironment, startEnvironment, trackProcess } from './support/start-environment.ts';
import { waitUntil } from './support/wait-until.ts';

type Settings = Readonly<Record<string, string>>;

async function startWorkerWith(env: Settings): Promise<BlobmirrorProcess> {
  const worker = trackProcess(spawnBlobmirror(['worker', '--http-port', '0'], { env }));
  await waitUntil('the worker is ready', () => worker.output.stdout.includes('worker is ready'), {
    saw: () => worker.output.stderr,
  });
  return worker;
}

async function statusOf(env: Settings): Promise<Status> {
  return JSON.parse((await runBlobmirror(['status', '-o', 'json'], { env })).stdout) as Status;
}

async function run(env: Settings, ...args: string[]): Promise<{ status: number | string; stdout: string }> {
  return await runBlobmirror([...args, '-o', 'json'], { env });
}

async function namesIn(container: ContainerClient): Promise<string[]> {
  return (await Array.fromAsync(container.listBlobsFlat())).map(({ name }) => name);
}

describe('two mirrors with one source, one backup and one container of the state', () => {
  let environment: RunningEnvironment;
  let photos: Settings;
  let docs: Settings;
  let ofPhotos: BlobmirrorProcess;

  beforeAll(async () => {
    // The second mirror has its own queues and shares everything else with the first.
    const [first, queues] = await Promise.all([
      startEnvironment(['--no-worker']),
      startEnvironment(['--no-worker']),
    ]);
    environment = first;
    // A scheduled full sync would begin before the pause.
    const canary = { BLOBMIRROR_CANARY: 'on', 'AzureWebJobs.canary.Disabled': 'true' };
    photos = { ...localSettings(first.info), ...canary, BLOBMIRROR_INCLUDE_CONTAINERS: 'photos' };
    docs = {
      ...localSettings({ ...first.info, serviceBus: queues.info.serviceBus }),
      ...canary,
      BLOBMIRROR_INCLUDE_CONTAINERS: 'docs',
      BLOBMIRROR_NAME: 'docs',
    };
    await writeBlobs(first.source, 'photos', 5);
    await writeBlobs(first.source, 'docs', 5);
    ofPhotos = await startWorkerWith(photos);
    await startWorkerWith(docs);
  });

  it('are paused separately, their full syncs do not exclude each other, and neither mirrors the canary of the other one', async () => {
    expect((await run(photos, 'pause', '--reason', 'a move')).status).toBe(0);
    // A running worker may continue for two seconds; one that starts reads the pause first.
    await ofPhotos.end();
    await startWorkerWith(photos);
    const waiting = await run(photos, 'reconcile');
    expect(waiting.status).toBe(0);
    const done = await run(docs, 'reconcile', '--wait');
    expect(done.status).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ state: 'done', containers: { docs: { source: 5 } } });
    expect((await run(photos, 'reconcile')).status).toBe(5);

    const [one, other] = [await statusOf(photos), await statusOf(docs)];
    expect([one.paused?.reason, other.paused]).toEqual(['a move', undefined]);
    expect([one.recovery.proven, other.recovery.proven?.run]).toEqual([null, other.runs[0]?.id]);
    expect([one.runs.length, other.runs.length]).toEqual([1, 1]);

    const follow = async (env: Settings) => {
      const app = createCommandApp(readSettings(env), createSilentLogger());
      await app.statusService.followCanary?.();
      await app.stop();
    };
    await Promise.all([photos, docs].map(follow));
    await run(docs, 'reconcile', '--wait');
    const canaries = (account: RunningEnvironment['source']) =>
      account.getContainerClient('blobmirror-canary');
    const ofDocs = 'sourceaccount-to-backupaccount.docs.json';
    expect(await namesIn(canaries(environment.source))).toEqual([
      'sourceaccount-to-backupaccount.default.json',
      ofDocs,
    ]);
    expect(await namesIn(canaries(environment.backup))).toEqual([ofDocs]);
    const canary = [
      (await statusOf(photos)).recovery.canary.state,
      (await statusOf(docs)).recovery.canary.ageMs,
    ];
    expect(canary).toEqual(['waiting', expect.any(Number)]);
  });

  it('have separate queues: a third one with those of the first is refused, and found by check', async () => {
    const env = { ...photos, BLOBMIRROR_NAME: 'third' };
    const { status, stdout, stderr } = await runBlobmirror(['worker', '--http-port', '0'], { env });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^blobmirror: the mirror sourceaccount-to-backupaccount\.default .* the queue storage-events .*BLOBMIRROR_EVENTS_QUEUE.*\n$/,
    );
    const found = JSON.parse((await run(env, 'check')).stdout) as { check: string }[];
    expect(found.find(({ check }) => check === 'identity')).toMatchObject({
      of: 'sourceaccount-to-backupaccount.third',
      status: 'problem',
      fix: expect.stringContaining('BLOBMIRROR_EVENTS_QUEUE') as string,
    });
  });

  it('write only under their own names', async () => {
    const names = await namesIn(environment.backup.getContainerClient('blobmirror-state'));
    const ids = ['sourceaccount-to-backupaccount.default', 'sourceaccount-to-backupaccount.docs'];
    expect(names.filter((name) => !ids.some((id) => name.startsWith(`mirrors/${id}/`)))).toEqual(
      ids.map((id) => `registry/${id}`),
    );
  });
});

describe('a mirror that the former release paused in the middle of a full sync', () => {
  let env: Settings;
  let state: ContainerClient;
  const kept = new Map<string, string>();

  beforeAll(async () => {
    const environment = await startEnvironment(['--no-worker']);
    env = { ...localSettings(environment.info), BLOBMIRROR_CANARY: 'on' };
    state = environment.backup.getContainerClient('blobmirror-state');
    await state.create();
    for (const [name, { text }] of (await readFormerDocuments()).stored) {
      await state.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
      kept.set(name, text);
    }
  });

  async function expectPaused(): Promise<void> {
    const { paused, runs, recovery } = await statusOf(env);
    expect(paused).toMatchObject({ reason: 'the move to another release' });
    expect(runs.map(({ state: how }) => how)).toEqual(['comparing', 'done', 'done', 'done']);
    expect(recovery.proven?.run).toBe('2026-11-29T16-08-36Z-813c');
  }

  it('is paused until it is resumed, also for the commands of this release before a worker has started, and its documents are unchanged', async () => {
    await expectPaused();
    await startWorkerWith(env);
    await expectPaused();
    const report = await runBlobmirror(['reconcile', 'report', '2026-11-29T16-08-36Z-813c', '-o', 'json'], {
      env,
    });
    expect(report.stdout.trim().split('\n')).toHaveLength(2);

    expect((await run(env, 'resume')).status).toBe(0);
    expect((await statusOf(env)).paused).toBeUndefined();
    // Any reader removes the activity of workers that are gone for an hour.
    for (const [name, text] of [...kept].filter(([each]) => !each.startsWith('activity/')))
      expect((await state.getBlobClient(name).downloadToBuffer()).toString()).toBe(text);
  });
});
