import rhea, { type EventContext } from 'rhea';
import { describe, expect, it } from 'vitest';
import { QUEUE, receive, receiveOne, startTestBroker } from '../support/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';

describe('sending and receiving', () => {
  it('delivers a message as it was sent', async () => {
    const { sender, receiver } = await startTestBroker();
    const began = Date.now();
    await sender.sendMessages({
      body: { path: 'a/ü.txt', size: 12 },
      messageId: 'm-1',
      contentType: 'application/json',
      subject: 'created',
      correlationId: 'c-1',
      applicationProperties: {
        attempt: 2,
        firstSeen: new Date(1_700_000_000_000),
        kind: 'copy',
        retry: true,
      },
    });
    const message = await receiveOne(receiver);
    expect(message).toMatchObject({
      body: { path: 'a/ü.txt', size: 12 },
      messageId: 'm-1',
      contentType: 'application/json',
      subject: 'created',
      correlationId: 'c-1',
      deliveryCount: 0,
      state: 'active',
    });
    expect(message.applicationProperties?.['attempt']).toBe(2);
    expect(message.applicationProperties?.['kind']).toBe('copy');
    expect(message.applicationProperties?.['retry']).toBe(true);
    expect(Number(message.applicationProperties?.['firstSeen'])).toBe(1_700_000_000_000);
    expect(message.sequenceNumber?.toNumber()).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(began);
    expect(message.enqueuedTimeUtc?.getTime()).toBeLessThanOrEqual(Date.now());
    expect(message.lockedUntilUtc?.getTime()).toBeGreaterThanOrEqual(began + 60_000);
  });

  it('delivers arrays and batches in the order they were sent', async () => {
    const { sender, receiver } = await startTestBroker();
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const batch = await sender.createMessageBatch();
    for (const body of [3, 4, 5]) expect(batch.tryAddMessage({ body })).toBe(true);
    await sender.sendMessages(batch);
    const messages = await receive(receiver, 5);
    expect(messages.map(({ body }) => body as unknown)).toEqual([1, 2, 3, 4, 5]);
    expect(messages.every(({ messageId }) => typeof messageId === 'string')).toBe(true);
  });

  it('carries bytes and large messages unchanged', async () => {
    const { sender, receiver } = await startTestBroker();
    const bytes = Buffer.alloc(200_000, 'azAZ09');
    await sender.sendMessages({ body: bytes });
    const received: unknown = (await receiveOne(receiver)).body;
    expect(Buffer.isBuffer(received) && received.equals(bytes)).toBe(true);
  });

  it('refuses a message above 256 KB as Service Bus does', async () => {
    const { sender, broker } = await startTestBroker();
    await expect(sender.sendMessages({ body: Buffer.alloc(300_000) })).rejects.toMatchObject({
      code: 'MessageSizeExceeded',
    });
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('removes a message at once under receive-and-delete', async () => {
    const { client, sender, broker } = await startTestBroker();
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver(QUEUE, { receiveMode: 'receiveAndDelete' });
    expect(await receive(receiver, 2)).toHaveLength(2);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('does not show a locked message to another receiver', async () => {
    const { client, sender, receiver } = await startTestBroker();
    await sender.sendMessages({ body: 1 });
    await receiveOne(receiver);
    const other = client.createReceiver(QUEUE);
    expect(await other.receiveMessages(1, { maxWaitTimeInMs: 100 })).toEqual([]);
  });

  it('wakes a waiting receiver when a message arrives', async () => {
    const { sender, receiver } = await startTestBroker();
    const waiting = receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
    await sender.sendMessages({ body: 'now' });
    expect((await waiting).map(({ body }) => body as unknown)).toEqual(['now']);
  });

  it('shares messages between receivers in turn', async () => {
    const { client, sender } = await startTestBroker();
    const seen = [0, 0];
    for (const [i] of seen.entries()) {
      client.createReceiver(QUEUE).subscribe(
        {
          processMessage: () => {
            seen[i] = (seen[i] ?? 0) + 1;
            return Promise.resolve();
          },
          processError: () => Promise.resolve(),
        },
        { maxConcurrentCalls: 2 },
      );
    }
    await waitFor(async () => {
      await sender.sendMessages(Array.from({ length: 20 }, (_, body) => ({ body })));
      expect(Math.min(...seen)).toBeGreaterThan(5);
    });
    expect(seen).toHaveLength(2);
  });

  it('delivers a message sent from within the process, with its properties', async () => {
    const { broker, receiver } = await startTestBroker();
    await broker.send(QUEUE, {
      body: [{ id: 'event' }],
      messageId: 'from-within',
      contentType: 'application/json',
      applicationProperties: { aeg: 'x' },
    });
    expect(await receiveOne(receiver)).toMatchObject({
      body: [{ id: 'event' }],
      messageId: 'from-within',
      contentType: 'application/json',
      applicationProperties: { aeg: 'x' },
    });
  });

  it('reports a link as drained also when a message used the last credit', async () => {
    const { broker, sender } = await startTestBroker();
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: broker.port, reconnect: false });
    const receiver = connection.open_receiver({ source: QUEUE, credit_window: 0, autoaccept: false });
    let messages = 0;
    let drained = false;
    receiver.on('message', () => void messages++);
    receiver.on('receiver_drained', () => void (drained = true));
    receiver.on('receiver_open', ({ receiver: link }: EventContext) => {
      link?.add_credit(2);
      link?.drain_credit();
    });
    await waitFor(() => expect(drained).toBe(true));
    expect(messages).toBe(2);
    connection.on('disconnected', () => undefined);
    connection.close();
  });
});

describe('an unknown queue', () => {
  it('is reported as such to a sender, a receiver and a peek', async () => {
    const { client } = await startTestBroker();
    const missing = { code: 'MessagingEntityNotFound' };
    await expect(client.createSender('nowhere').sendMessages({ body: 1 })).rejects.toMatchObject(missing);
    await expect(client.createReceiver('nowhere').receiveMessages(1)).rejects.toMatchObject(missing);
    await expect(client.createReceiver('nowhere').peekMessages(1)).rejects.toMatchObject(missing);
  });
});
