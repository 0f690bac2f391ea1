import { ServiceBusClient } from '@azure/service-bus';
import { expect, test } from 'vitest';
import { queueCounts } from './support/queue-counts.js';
import { startEnvironment } from './support/start-environment.js';
import { startProxiedWorker } from './support/start-proxied-worker.js';
import { untilMirrored } from './support/until-mirrored.js';
import { waitUntil } from './support/wait-until.js';

test('a blob that the backup refuses for ever is in the dead-letter queue after one try, with code, detail and hint, and holds up no other', async () => {
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
    { within: 5000 },
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
    'blobmirror-hint': expect.stringContaining('mend') as string,
    'blobmirror-attempts': 1,
  });
});
