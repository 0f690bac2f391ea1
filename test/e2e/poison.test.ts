import { randomUUID } from 'node:crypto';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { queueCounts } from './support/queue-counts.ts';
import { startEnvironment } from './support/start-environment.ts';
import { startProxiedWorker } from './support/start-proxied-worker.ts';
import { untilMirrored } from './support/until-mirrored.ts';
import { waitUntil } from './support/wait-until.ts';

test('a blob that the backup always refuses is a dead letter after one attempt, with code, detail and hint, and delays no other', async () => {
  const environment = await startEnvironment(['--no-worker']);
  const { info } = environment;
  let refused = 0;
  await startProxiedWorker(environment, (request, response) => {
    if (request.method !== 'PUT' || request.url?.includes('/poison.txt') !== true) return false;
    refused++;
    response.writeHead(400, { 'x-ms-error-code': 'InvalidMetadata' }).end();
    return true;
  });
  const container = environment.source.getContainerClient('photos');
  await container.create();
  await container.getBlockBlobClient('poison.txt').upload('x', 1);
  await container.getBlockBlobClient('fine.txt').upload('x', 1);
  await untilMirrored(environment, 'photos', 'fine.txt');
  await waitUntil(
    'the poison is in the dead-letter queue',
    async () => (await queueCounts(info.serviceBus)).deadLetter === 1,
  );

  const client = new ServiceBusClient(info.serviceBus.connectionString);
  const receiver = client.createReceiver(info.serviceBus.eventsQueue, { subQueueType: 'deadLetter' });
  const [dead] = await receiver.peekMessages(1);
  await client.close();
  expect(refused).toBe(1);
  expect(dead?.subject).toBe('storage-rejected');
  expect(dead?.body).toMatchObject({
    subject: '/blobServices/default/containers/photos/blobs/poison.txt',
  });
  expect(dead?.applicationProperties).toMatchObject({
    'blobmirror-code': 'storage-rejected',
    'blobmirror-detail': 'a write on backupaccount failed: 400 InvalidMetadata',
    'blobmirror-hint': expect.stringContaining('correct the blob') as string,
    'blobmirror-attempts': 1,
  });
});

test('messages beyond the limits delay no later write, and are dead letters that can be listed, shown, exported and replayed', async () => {
  const environment = await startEnvironment();
  const { info, source, readyFile } = environment;
  const client = new ServiceBusClient(info.serviceBus.connectionString);
  const sender = client.createSender(info.serviceBus.eventsQueue);
  const send = async (text: string): Promise<void> =>
    await sender.sendMessages({ body: Buffer.from(text), messageId: randomUUID() });
  const arrays = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const objects = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
  for (let i = 0; i < 20; i++) await Promise.all([send(arrays), send(objects)]);
  await send(`[${Array<string>(20_000).fill('{}').join()}]`);
  await client.close();

  const container = source.getContainerClient('photos');
  await container.create();
  const names = ['one.txt', 'two.txt', 'three.txt'];
  for (const name of names) await container.getBlockBlobClient(name).upload(name, name.length);
  for (const name of names) await untilMirrored(environment, 'photos', name);
  const untilLetters = async (): Promise<unknown> =>
    await waitUntil(
      'each is one dead letter',
      async () => {
        const { active, scheduled, deadLetter } = await queueCounts(info.serviceBus);
        return active + scheduled === 0 && deadLetter === 41;
      },
      { every: 50 },
    );
  await untilLetters();

  const deadletter = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout } = await runBlobmirror(['deadletter', ...args, `--local=${readyFile}`]);
    expect(status).toBe(0);
    return stdout;
  };
  const { letters, summary } = JSON.parse(await deadletter('list', '-o', 'json')) as {
    letters: { id: string; code: string; detail: string; hint: string; attempts: number }[];
    summary: { byCode: object };
  };
  expect(summary.byCode).toEqual({ 'message-out-of-bounds': 41 });
  for (const { code, hint, attempts } of letters)
    expect([code, hint.length > 20, attempts]).toEqual(['message-out-of-bounds', true, 1]);
  expect(new Set(letters.map(({ detail }) => detail))).toEqual(
    new Set([
      'the message is nested 5,000 deep, and at most 64 is read',
      'the message holds 20,000 events, and at most 5,000 are read',
    ]),
  );
  const deep = letters.find(({ detail }) => detail.includes('deep'))?.id ?? '';
  const shown = JSON.parse(await deadletter('show', deep, '-o', 'json')) as { messageBody: string };
  expect(shown.messageBody.slice(0, 4)).toMatch(/^(?:\[{4}|\{"a")$/);
  const exported = (await deadletter('export')).trim().split('\n');
  expect(exported.map((line) => JSON.parse(line) as object)).toHaveLength(41);

  // A replay sends the original message, which becomes the same dead letter again.
  expect(JSON.parse(await deadletter('replay', '--all', '-o', 'json'))).toMatchObject({ replayed: 41 });
  await container.getBlockBlobClient('four.txt').upload('four', 4);
  await untilMirrored(environment, 'photos', 'four.txt');
  await untilLetters();
  expect(environment.process.logged('the worker died and is restarted')).toEqual([]);
});
