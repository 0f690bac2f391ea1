import { expect, it } from 'vitest';
import { createAzureShardQueue } from '../../../src/azure/queue/queue-senders.ts';
import { theQueueClock } from '../../../src/clock/observed-clock.ts';
import type { RunId } from '../../../src/model/run-id.ts';
import { type ShardMessage } from '../../../src/model/shard-message.ts';
import { startTestBroker } from '../../../packages/local/test/support/test-broker.ts';

const HOUR_MS = 3_600_000;
const MESSAGE: ShardMessage = {
  run: '2026-11-25T13-09-31Z-4f2a' as RunId,
  shard: 'c0',
  slice: 2,
  attempt: 1,
};

it('sends a message unchanged, with an id for each try, and drops a duplicate try', async () => {
  const { sender, receiver } = await startTestBroker({ duplicateDetectionWindowMs: 600_000 });
  const queue = createAzureShardQueue(sender);
  await queue.send(MESSAGE);
  await queue.send(MESSAGE);
  await queue.send({ ...MESSAGE, attempt: 2 });
  const received = [];
  while (received.length < 2) received.push(...(await receiver.receiveMessages(2)));
  expect(received.map(({ body, messageId }) => [messageId, body as unknown])).toEqual([
    ['2026-11-25T13-09-31Z-4f2a.c0.2.1', MESSAGE],
    ['2026-11-25T13-09-31Z-4f2a.c0.2.2', { ...MESSAGE, attempt: 2 }],
  ]);
});

it('delays a shard for the given time', async () => {
  const { sender, receiver } = await startTestBroker();
  const before = Date.now();
  // Whatever the answers were that files of tests before this one have seen in this process.
  theQueueClock.observeArrival(new Date(before));
  await createAzureShardQueue(sender).send(MESSAGE, HOUR_MS);
  const [message] = await receiver.peekMessages(1);
  expect(message).toMatchObject({ body: MESSAGE, state: 'scheduled' });
  expect(message?.scheduledEnqueueTimeUtc?.getTime()).toBeGreaterThanOrEqual(before + HOUR_MS - 10);
});

it('reports when the queue did not take it', async () => {
  const { client } = await startTestBroker();
  const queue = createAzureShardQueue(client.createSender('nobody'));
  await expect(queue.send(MESSAGE)).rejects.toMatchObject({ code: 'queue-refused' });
});
