import { ServiceBusClient } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { freePort } from '../../src/cli/run-start.ts';
import { eventOf } from '../deadletter/support/dead-letter-bench.ts';
import { budget } from '../support/budgets.ts';
import { runBlobmirror, spawnBlobmirror, withoutReminders } from './support/blobmirror-process.ts';
import { buryEvents } from './support/bury-events.ts';
import { queueCounts, untilQueueDrained } from './support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment, startWorker } from './support/start-environment.ts';
import { startProxiedWorker } from './support/start-proxied-worker.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

const SELDOM = { every: 50 };

/** The command on an environment; its data as JSON. */
async function deadletter(
  { readyFile }: RunningEnvironment,
  ...args: readonly string[]
): Promise<{ status: number | string; data: Record<string, unknown>; stderr: string }> {
  const run = await runBlobmirror(['deadletter', ...args, `--local=${readyFile}`, '-o', 'json']);
  return { ...run, data: JSON.parse(run.stdout || '{}') as Record<string, unknown> };
}

test('the dead letters of a fault are listed with their reason, and replayed after the fault is fixed', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { info, source, backup } = environment;
  let isBroken = true;
  await startProxiedWorker(environment, (request, response) => {
    if (!isBroken || request.method !== 'PUT' || request.url?.includes('/stuck') !== true) return false;
    response.writeHead(400, { 'x-ms-error-code': 'InvalidHeaderValue' }).end();
    return true;
  });
  const container = source.getContainerClient('photos');
  await container.create();
  for (const name of ['stuck 1.txt', 'stuck 2.txt', 'fine.txt'])
    await container.getBlockBlobClient(name).upload(name, name.length);
  await untilMirrored(environment, 'photos', 'fine.txt');
  await waitUntil(
    'both are dead letters',
    async () => (await queueCounts(info.serviceBus)).deadLetter === 2,
    SELDOM,
  );

  const listed = await deadletter(environment, 'list');
  expect([listed.status, withoutReminders(listed.stderr)]).toEqual([0, '']);
  expect(listed.data).toMatchObject({
    summary: { count: 2, acknowledged: 0, byCode: { 'storage-rejected': 2 }, byContainer: { photos: 2 } },
  });
  const letters = listed.data['letters'] as { id: string; path: string }[];
  expect(letters.map(({ path }) => path).toSorted()).toEqual(['stuck 1.txt', 'stuck 2.txt']);
  expect(letters[0]).toMatchObject({
    code: 'storage-rejected',
    detail: 'a write on backupaccount failed: 400 InvalidHeaderValue',
    container: 'photos',
    event: 'Microsoft.Storage.BlobCreated',
    attempts: 1,
    replays: 0,
  });

  // While the fault lasts, a replay makes another dead letter, which says that it was replayed.
  const id = letters[0]?.id ?? '';
  expect((await deadletter(environment, 'replay', id)).data).toMatchObject({ replayed: 1, failed: 0 });
  const again = await waitUntil(
    'it is a dead letter again',
    async () => {
      const { data } = await deadletter(environment, 'list');
      return (data['letters'] as { id: string; replays: number }[]).find(({ replays }) => replays === 1);
    },
    SELDOM,
  );
  expect(again.id).not.toBe(id);

  isBroken = false;
  expect((await deadletter(environment, 'replay', '--code', 'storage-rejected')).data).toMatchObject({
    replayed: 2,
    gone: 0,
    failed: 0,
  });
  for (const { path } of letters) await untilMirrored(environment, 'photos', path);
  expect(await untilQueueDrained(info.serviceBus)).toMatchObject({ deadLetter: 0 });
  expect(await backup.getContainerClient('photos').getBlobClient('stuck 1.txt').exists()).toBe(true);
});

test('over HTTP, dead letters are listed, shown, exported, acknowledged, replayed and purged', async () => {
  // Without a worker, which might take an event before it expires.
  const environment = await startEnvironment(['--no-worker']);
  const { source, backup, readyFile } = environment;
  await buryEvents(environment, [eventOf('photos', 'cat.jpg'), 'poison'], 'storage-rejected');
  const port = await freePort(0, 'the app');
  await startWorker(readyFile, ['--http-port', String(port)]);
  const container = source.getContainerClient('photos');
  await container.create();
  await container.getBlockBlobClient('cat.jpg').upload('cat', 3);
  await untilMirrored(environment, 'photos', 'cat.jpg');
  await backup.getContainerClient('photos').getBlobClient('cat.jpg').delete();

  const ask = async (path: string, body?: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/deadletters${path}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      text,
      json: path === '/export' ? undefined : (JSON.parse(text) as unknown),
    };
  };
  const { letters } = (await ask('?container=photos')).json as { letters: { id: string }[] };
  expect(letters).toMatchObject([{ path: 'cat.jpg' }]);
  expect((await ask('/summary')).json).toMatchObject({ count: 2, acknowledged: 0 });
  expect((await ask(`/${letters[0]?.id}`)).json).toMatchObject({ messageBody: eventOf('photos', 'cat.jpg') });
  expect((await ask('/events:9999')).status).toBe(404);
  expect((await ask('/export')).text.trimEnd().split('\n')).toHaveLength(2);
  expect((await ask('/acknowledge', {})).status).toBe(200);
  expect((await ask('/summary')).json).toMatchObject({ count: 2, acknowledged: 2 });
  expect((await ask('/purge', { all: true })).status).toBe(400);
  expect((await ask('/replay', { container: 'photos' })).json).toMatchObject({ replayed: 1, failed: 0 });
  await untilMirrored(environment, 'photos', 'cat.jpg');
  expect((await ask('/purge', { all: true, confirm: true })).json).toMatchObject({ purged: 1, failed: 0 });
  expect((await ask('')).json).toEqual({ letters: [], next: null });
});

test('a replay that is killed in the middle, and two at once, lose nothing', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { info, readyFile } = environment;
  const paths = Array.from({ length: budget(3000, 1000) }, (_, i) => `${i}.jpg`);
  await buryEvents(
    environment,
    paths.map((path) => eventOf('photos', path)),
    'storage-rejected',
  );
  const killed = spawnBlobmirror(['deadletter', 'replay', '--all', `--local=${readyFile}`]);
  await waitUntil(
    'it is in the middle',
    async () => {
      const { active, deadLetter } = await queueCounts(info.serviceBus);
      return active > 100 && deadLetter > 100;
    },
    { every: 1, isPassing: true },
  );
  killed.signal('SIGKILL');
  await killed.end();
  expect((await queueCounts(info.serviceBus)).deadLetter).toBeGreaterThan(0);

  // Messages that the killed process held return when their locks expire.
  await waitUntil('two have replayed the rest', async () => {
    const replays = await Promise.all(
      [0, 1].map(async () => await deadletter(environment, 'replay', '--all')),
    );
    expect(replays.map(({ status }) => status)).not.toContain(1);
    return (await queueCounts(info.serviceBus)).deadLetter === 0;
  });
  const client = new ServiceBusClient(info.serviceBus.connectionString);
  const receiver = client.createReceiver(info.serviceBus.eventsQueue, { receiveMode: 'receiveAndDelete' });
  const brought: string[] = [];
  while ((await queueCounts(info.serviceBus)).active > 0) {
    for (const { body } of await receiver.receiveMessages(500, { maxWaitTimeInMs: 500 }))
      brought.push((body as { subject: string }).subject);
  }
  await client.close();
  expect(new Set(brought)).toEqual(new Set(paths.map((path) => eventOf('photos', path).subject)));
  // Duplicate messages were dropped.
  expect(brought).toHaveLength(paths.length);
});

test('nothing is purged without --yes, and wrong usage is an error of one line', async () => {
  const environment = await startEnvironment(['--no-worker']);
  await buryEvents(environment, ['poison', { not: 'an event' }], 'message-not-event');
  const refused = await deadletter(environment, 'purge', '--all');
  expect([refused.status, refused.stderr]).toMatchObject([2, expect.stringContaining('--yes') as string]);
  expect((await deadletter(environment, 'replay')).status).toBe(2);
  expect((await deadletter(environment, 'show', 'events:9999')).stderr).toContain('there is no dead letter');
  expect((await deadletter(environment, 'purge', '--all', '--dry-run')).data).toMatchObject({ purged: 2 });
  expect((await deadletter(environment, 'purge', '--all', '--yes')).data).toMatchObject({
    purged: 2,
    failed: 0,
  });
  expect((await queueCounts(environment.info.serviceBus)).deadLetter).toBe(0);
});
