import { randomUUID } from 'node:crypto';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queueCounts, untilQueueDrained } from './support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';

let environment: RunningEnvironment;
let client: ServiceBusClient;

beforeAll(async () => {
  environment = await startEnvironment([], { env: { BLOBMIRROR_EXCLUDE_CONTAINERS: 'private-*' } });
  client = new ServiceBusClient(environment.info.serviceBus.connectionString);
  for (const name of ['photos', 'private-1']) await environment.source.createContainer(name);
});

afterAll(async () => {
  await client.close();
});

interface EventOptions {
  readonly path?: string;
  readonly container?: string;
  readonly account?: string;
  readonly eventType?: string;
}

function event({
  path = 'cat.jpg',
  container = 'photos',
  account = 'sourceaccount',
  eventType = 'Microsoft.Storage.BlobCreated',
}: EventOptions = {}): Record<string, unknown> {
  return {
    topic: `/subscriptions/0/resourceGroups/r/providers/Microsoft.Storage/storageAccounts/${account}`,
    subject: `/blobServices/default/containers/${container}/blobs/${path}`,
    eventType,
    id: randomUUID(),
    eventTime: new Date().toISOString(),
    data: { api: 'PutBlob', url: `http://127.0.0.1:10000/${account}/${container}/${path}` },
    dataVersion: '',
    metadataVersion: '1',
  };
}

async function send(body: unknown): Promise<void> {
  const sender = client.createSender(environment.info.serviceBus.eventsQueue);
  await sender.sendMessages({ body, messageId: randomUUID() });
  await sender.close();
}

/** A blob whose backup is behind, without an event in the queue: a change of metadata raises none. */
async function leaveStale(name: string): Promise<void> {
  const blob = environment.source.getContainerClient('photos').getBlockBlobClient(name);
  await blob.upload(name, name.length);
  await untilMirrored(environment, 'photos', name);
  await blob.setMetadata({ changed: 'yes' });
}

async function takeDeadLetters(): Promise<ServiceBusReceivedMessage[]> {
  const { eventsQueue } = environment.info.serviceBus;
  const { deadLetter } = await queueCounts(environment.info.serviceBus);
  const receiver = client.createReceiver(eventsQueue, { subQueueType: 'deadLetter' });
  const taken: ServiceBusReceivedMessage[] = [];
  while (taken.length < deadLetter) {
    for (const message of await receiver.receiveMessages(deadLetter, { maxWaitTimeInMs: 5000 })) {
      await receiver.completeMessage(message);
      taken.push(message);
    }
  }
  await receiver.close();
  return taken;
}

test.each([
  ['text', 'hello', 'message-not-event'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'message-not-event'],
  ['half a JSON document', Buffer.from('[{"id": 1'), 'message-not-event'],
  ['JSON of another kind', { temperature: 21 }, 'message-not-event'],
  ['null', null, 'message-not-event'],
  ['an event that names no blob', { ...event(), subject: '/', data: { url: '/' } }, 'event-key-invalid'],
])('%s is dead-lettered with its code, a detail and a hint', async (_, body, code) => {
  await send(body);
  const { deadLetter } = await untilQueueDrained(environment.info.serviceBus);
  expect(deadLetter).toBe(1);
  const [message] = await takeDeadLetters();
  expect(message?.applicationProperties).toMatchObject({
    'blobmirror-code': code,
    'blobmirror-detail': expect.stringMatching(/\w+ \w+/) as string,
    'blobmirror-hint': expect.stringMatching(/\w+ \w+/) as string,
    'blobmirror-attempts': 1,
  });
});

test.each([
  [
    'of an unknown type',
    event({ eventType: 'Microsoft.Storage.LifecyclePolicyCompleted' }),
    'event-type-unknown',
  ],
  ['of another account', event({ account: 'otheraccount' }), 'event-of-other-account'],
  ['of a container that is excluded', event({ container: 'private-1' }), 'event-out-of-scope'],
])('an event %s is dropped with a line in the log', async (_, body, code) => {
  await send(body);
  const { deadLetter } = await untilQueueDrained(environment.info.serviceBus);
  expect(deadLetter).toBe(0);
  const lines = environment.process.logged('event ignored').filter((line) => line['code'] === code);
  expect(lines).toMatchObject([{ detail: expect.any(String) as string, hint: expect.any(String) as string }]);
});

test('an event whose path cannot be decoded is handled with the path as written, and settled', async () => {
  await send(event({ path: '100%/%E0%A4%A.jpg' }));
  expect(await untilQueueDrained(environment.info.serviceBus)).toMatchObject({ deadLetter: 0 });
});

test('bad events do not affect the good events of the same message, and are one dead letter for each code', async () => {
  await leaveStale('first.jpg');
  await leaveStale('last.jpg');
  await send([event({ path: 'first.jpg' }), 'junk', { more: 'junk' }, event({ path: 'last.jpg' })]);
  for (const name of ['first.jpg', 'last.jpg']) await untilMirrored(environment, 'photos', name);
  await untilQueueDrained(environment.info.serviceBus);
  const dead = await takeDeadLetters();
  expect(dead.map(({ body }) => body as unknown)).toEqual([['junk', { more: 'junk' }]]);
});

test('blobs of an excluded container are not mirrored, and the worker still works after all this', async () => {
  const upload = async (container: string): Promise<void> => {
    const blob = environment.source.getContainerClient(container).getBlockBlobClient('dog.jpg');
    await blob.upload('dog', 3);
  };
  await upload('private-1');
  await upload('photos');
  await untilMirrored(environment, 'photos', 'dog.jpg');
  await untilQueueDrained(environment.info.serviceBus);
  const containers = await Array.fromAsync(environment.backup.listContainers());
  expect(containers.map(({ name }) => name).filter((name) => name !== 'blobmirror-state')).toEqual([
    'photos',
  ]);
  expect(environment.process.logged('the worker died and is restarted')).toEqual([]);
});
