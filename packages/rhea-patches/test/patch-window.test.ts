import { expect, it } from 'vitest';
import { QUEUE, startTestBroker } from '../../local/test/support/test-broker.ts';
import { waitFor } from '../../local/test/support/wait-for.ts';

/** More than rhea's 2,048 places for deliveries in a session. */
const MANY = 2_500;

it('one slow handler does not stop a subscription, whatever the number of later messages', async () => {
  const { broker, client, sender } = await startTestBroker();
  const { promise: slow, resolve: finish } = Promise.withResolvers<void>();
  client.createReceiver(QUEUE).subscribe(
    {
      processMessage: ({ body }) => (body === 'slow' ? slow : Promise.resolve()),
      processError: () => Promise.resolve(),
    },
    { maxConcurrentCalls: 16 },
  );
  await sender.sendMessages({ body: 'slow' });
  for (let sent = 0; sent < MANY; sent += 500) {
    await sender.sendMessages(Array.from({ length: 500 }, () => ({ body: 'quick' })));
  }
  await waitFor(() => expect(broker.runtimeCounts(QUEUE).total).toBe(1));
  expect(await client.createReceiver(QUEUE).peekMessages(10)).toMatchObject([{ body: 'slow' }]);
  finish();
  await waitFor(() => expect(broker.runtimeCounts(QUEUE).total).toBe(0));
});

it('a single sender is not stopped by the number of its messages', async () => {
  const { broker, sender } = await startTestBroker();
  for (let sent = 0; sent < MANY; sent += 250) {
    await Promise.all(Array.from({ length: 250 }, () => sender.sendMessages({ body: 'x' })));
  }
  expect(broker.runtimeCounts(QUEUE).total).toBe(MANY);
});

it('more than 2,048 requests to $management are answered', async () => {
  const { receiver } = await startTestBroker();
  let answered = 0;
  while (answered < MANY) {
    await Promise.all(Array.from({ length: 100 }, () => receiver.peekMessages(1)));
    answered += 100;
  }
  expect(answered).toBe(MANY);
});
