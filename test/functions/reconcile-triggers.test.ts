import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { QUEUES, RECONCILE_QUEUE, type Broker, startBroker } from '@blobmirror/local';
import type { Host } from '../../src/host/start-host.ts';
import { waitUntil } from '../e2e/support/wait-until.ts';
import { ERRORS } from '../../src/model/errors.ts';
import { parseShardMessage } from '../../src/model/shard-message.ts';
import { createScriptedReconciler } from '../support/scripted-reconciler.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { SETTINGS, startApp } from './support/start-app.ts';

const reconciler = createScriptedReconciler();

vi.mock('../../src/reconcile/runs/reconciler.ts', async (original) => ({
  ...(await original<object>()),
  createReconciler: () => reconciler,
}));

const log = createSilentLogger();
let broker: Broker;
let host: Host;

beforeAll(async () => {
  broker = await startBroker({ port: 0, queues: QUEUES });
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  vi.stubEnv('BLOBMIRROR_SERVICE_BUS', broker.connectionString);
  vi.stubEnv('BLOBMIRROR_RECONCILE_SCHEDULE', '* * * * * *');
  host = await startApp(['reconcile'], log, ['reconcile-shard', 'reconcile-timer']);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await host.stop();
  await broker.stop();
});

it('a message of the reconcile queue is a shard, and is completed when it has been processed', async () => {
  const shard = { run: 'r', shard: 's', slice: 0, attempt: 0, phase: 'delete', container: 'photos', line: 0 };
  const client = new ServiceBusClient(broker.connectionString);
  await client.createSender(RECONCILE_QUEUE).sendMessages({ body: shard, messageId: '1' });
  await waitUntil('the shard is done', () => broker.runtimeCounts(RECONCILE_QUEUE).active === 0);
  expect(reconciler.shards).toEqual([shard]);
  await client.close();
});

it('a message of the reconcile queue that is not a shard is dead-lettered with code, detail and hint at once, and the host logs no error', async () => {
  // Nothing else fails: the timer begins runs meanwhile.
  reconciler.shardFailure = refusalOf({ no: 'shard' });
  const client = new ServiceBusClient(broker.connectionString);
  const bodies = [{ no: 'shard' }, 'text', { messageId: 'forged', deliveryCount: 1 }];
  const messages = bodies.map((body, i) => ({ body, messageId: `none-${i}` }));
  await client.createSender(RECONCILE_QUEUE).sendMessages(messages);
  await waitUntil('they are dead letters', () => {
    const { active, deadLetter } = broker.runtimeCounts(RECONCILE_QUEUE);
    return active === 0 && deadLetter === bodies.length;
  });
  reconciler.shardFailure = undefined;
  const receiver = client.createReceiver(RECONCILE_QUEUE, { subQueueType: 'deadLetter' });
  const letters = await receiver.peekMessages(10);
  expect(letters.map(({ applicationProperties }) => applicationProperties)).toEqual(
    bodies.map(
      () =>
        expect.objectContaining({
          'blobmirror-code': 'message-not-shard',
          'blobmirror-detail': expect.stringContaining('the message is not a shard') as unknown,
          'blobmirror-hint': ERRORS['message-not-shard'].hint,
          'blobmirror-attempts': 1,
        }) as unknown,
    ),
  );
  expect(letters.map(({ deadLetterReason }) => deadLetterReason)).toEqual(
    bodies.map(() => 'TTLExpiredException'),
  );
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  await client.close();
});

it('the timer begins an unrestricted run on the schedule of the setting', async () => {
  await waitUntil('two runs began', () => reconciler.requests.length >= 2);
  expect(reconciler.requests[0]).toEqual({ dryRun: false, allowDeletes: [], reason: 'timer' });
});

function refusalOf(body: unknown): Error {
  try {
    parseShardMessage(body);
  } catch (thrown) {
    return thrown as Error;
  }
  throw new Error('it is a shard');
}
