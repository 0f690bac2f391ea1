import { expect, test } from 'vitest';
import type { BlobmirrorProcess } from './support/blobmirror-process.ts';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { queueCounts, untilQueueDrained } from './support/queue-counts.ts';
import { startEnvironment, startWorker, type RunningEnvironment } from './support/start-environment.ts';
import { startProxiedWorker } from './support/start-proxied-worker.ts';
import type { Intercept } from './support/start-proxy.ts';
import { waitUntil } from './support/wait-until.ts';
import { writeAtRandom } from './support/write-at-random.ts';

/** Longer than what had begun before a worker saw the pause. */
const REST_MS = 5_000;

/** Sees every change of mirrored containers on the backup. */
function watchWrites() {
  const writes: number[] = [];
  const intercept: Intercept = ({ method, url = '' }) => {
    const isWrite = method !== 'GET' && method !== 'HEAD' && !url.includes('/blobmirror-state');
    if (isWrite) writes.push(performance.now());
    return false;
  };
  return { writes, intercept };
}

async function tellMirror({ readyFile }: RunningEnvironment, ...command: readonly string[]) {
  const ended = await runBlobmirror([...command, `--local=${readyFile}`, '-o', 'json']);
  expect(ended, ended.stderr).toMatchObject({ status: 0 });
  return JSON.parse(ended.stdout) as unknown;
}

function sawPause(worker: BlobmirrorProcess): boolean {
  return worker.logged('mirroring is paused').length > 0;
}

async function untilPaused(worker: BlobmirrorProcess): Promise<void> {
  await waitUntil('the worker sees the pause', () => sawPause(worker));
}

test('a pause stops two workers under load, and one that starts meanwhile; after the resume nothing is lost', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { source, info } = environment;
  const { writes, intercept } = watchWrites();
  const workers = [
    await startProxiedWorker(environment, intercept),
    await startProxiedWorker(environment, intercept),
  ];

  let paused: Promise<unknown> | undefined;
  await writeAtRandom(source, {
    seed: 7,
    count: 400,
    names: 60,
    // A worker reads the pause only while it has messages in hand.
    until: () => paused !== undefined && workers.every(sawPause),
    onDone: (done) => {
      if (done === 100) paused = tellMirror(environment, 'pause', '--reason', 'the network is rebuilt');
    },
  });
  expect(await paused).toMatchObject({ paused: { reason: 'the network is rebuilt' } });
  for (const worker of workers) await untilPaused(worker);
  await waitUntil('the workers are at rest', () => performance.now() - (writes.at(-1) ?? 0) > REST_MS);
  expect(writes.length).toBeGreaterThan(0);

  const seen = writes.length;
  workers[0]?.signal('SIGKILL');
  expect(await workers[0]?.ended).toBe('SIGKILL');
  const restarted = await startProxiedWorker(environment, intercept);
  const before = await queueCounts(info.serviceBus);
  await writeAtRandom(source, { seed: 8, count: 100, names: 60 });
  await waitUntil(
    'the queue grows',
    async () => (await queueCounts(info.serviceBus)).active >= before.active + 50,
  );
  await untilPaused(restarted);
  expect(writes.length).toBe(seen);

  await tellMirror(environment, 'resume');
  const { deadLetter } = await untilQueueDrained(info.serviceBus);
  expect(deadLetter).toBe(0);
  expect(await expectEqualAccounts(environment)).toBeGreaterThan(60);
});

test('a worker that holds messages stops, and the next one gets them', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { source, info } = environment;
  await tellMirror(environment, 'pause');
  const begun = await runBlobmirror(['reconcile', `--local=${environment.readyFile}`, '-o', 'json']);
  expect(begun).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^mirroring is paused/m) as string,
  });
  const { id } = JSON.parse(begun.stdout) as { id: string };
  const worker = await startWorker(environment.readyFile);
  await writeAtRandom(source, { seed: 9, count: 100, names: 60 });
  await untilPaused(worker);

  worker.signal('SIGTERM');
  expect(await worker.ended).toBe(0);
  expect(worker.logged('Function failed')).toEqual([]);

  await tellMirror(environment, 'resume');
  await startWorker(environment.readyFile);
  const { deadLetter } = await untilQueueDrained(info.serviceBus);
  expect(deadLetter).toBe(0);
  await expectEqualAccounts(environment);
  await waitUntil(
    'the run that waited has ended',
    async () =>
      ((await tellMirror(environment, 'reconcile', 'show', id)) as { state: string }).state === 'done',
  );
});
