import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { createAzureQueueBrowser } from '../../../src/azure/queue/queue-browser.ts';
import { describeQueueBrowser } from '../../contract/queue-browser.contract.ts';
import { QUEUE, receiveOne, startTestBroker } from '../../../packages/local/test/support/test-broker.ts';
import { waitUntil } from '../../e2e/support/wait-until.ts';

describeQueueBrowser('on Service Bus', async () => {
  const { broker, client, sender, receiver } = await startTestBroker();
  return {
    browser: createAzureQueueBrowser(client, QUEUE),
    deadLetters: createAzureQueueBrowser(client, QUEUE, { deadLetter: true }),
    send: async (count) => {
      for (let sent = 0; sent < count; sent += 500) {
        const length = Math.min(500, count - sent);
        await sender.sendMessages(Array.from({ length }, (_, i) => ({ body: { n: sent + i } })));
      }
    },
    schedule: async (at) => void (await sender.scheduleMessages({ body: { later: true } }, at)),
    lockOne: async () => void (await receiveOne(receiver)),
    expireOne: async () => {
      const message = await receiveOne(receiver);
      await receiver.deadLetterMessage(message, {
        deadLetterReason: 'TTLExpiredException',
        deadLetterErrorDescription: 'The message expired and was dead lettered.',
      });
      await waitUntil('it is a dead letter', () => broker.runtimeCounts(QUEUE).deadLetter === 1);
    },
  };
});

it('shows the bytes of a body that is not JSON, and properties of every type', async () => {
  const { client, sender } = await startTestBroker();
  const properties = { text: 'a', number: 1.5, flag: true, time: new Date(0) };
  await sender.sendMessages([
    { body: Buffer.from([0xff, 0x00]), contentType: 'image/png', applicationProperties: properties },
    { body: 'text' },
  ]);
  const [page] = await Array.fromAsync(createAzureQueueBrowser(client, QUEUE).browse());
  expect(page?.[0]?.body).toEqual(Buffer.from([0xff, 0x00]));
  expect(page?.[0]?.applicationProperties).toEqual({ ...properties, time: 0 });
  expect(page?.[1]?.body).toBe('text');
});

it('holds no more than a page of messages in memory', async () => {
  const { client, sender } = await startTestBroker();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const padding = 'x'.repeat(10_000);
  for (let n = 0; n < 250; n++) {
    await sender.sendMessages(Array.from({ length: 20 }, () => ({ body: { n, padding } })));
  }
  let pages = 0;
  const used: number[] = [];
  for await (const page of createAzureQueueBrowser(client, QUEUE).browse()) {
    pages++;
    expect(page.length).toBeLessThanOrEqual(100);
    if (pages % 10 === 0) {
      collectGarbage();
      used.push(process.memoryUsage().heapUsed);
    }
  }
  expect(pages).toBe(50);
  expect((used.at(-1) ?? 0) - (used[0] ?? 0)).toBeLessThan(20_000_000);
});

it('names a queue that cannot be browsed, and the reason', async () => {
  const { client } = await startTestBroker();
  const browser = createAzureQueueBrowser(client, 'nobody');
  await expect(Array.fromAsync(browser.browse())).rejects.toMatchObject({
    code: 'queue-refused',
    message: 'queue nobody could not be browsed: MessagingEntityNotFound',
  });
});
