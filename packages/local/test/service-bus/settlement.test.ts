import rhea, { type EventContext } from 'rhea';
import { describe, expect, it } from 'vitest';
import { QUEUE, receive, receiveOne, startTestBroker } from '../support/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';

describe('settling a message', () => {
  it('removes a completed message', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.sendMessages({ body: 1 });
    await receiver.completeMessage(await receiveOne(receiver));
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('delivers an abandoned message again at once, with a higher count and the properties that were set', async () => {
    const { sender, receiver } = await startTestBroker();
    await sender.sendMessages({ body: 'x', applicationProperties: { kept: 1, changed: 'old' } });
    await receiver.abandonMessage(await receiveOne(receiver), { changed: 'new', added: true });
    expect(await receiveOne(receiver)).toMatchObject({
      body: 'x',
      deliveryCount: 1,
      applicationProperties: { kept: 1, changed: 'new', added: true },
    });
  });

  it('puts an abandoned message back in its old place', async () => {
    const { sender, receiver } = await startTestBroker();
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    await receiver.abandonMessage(await receiveOne(receiver));
    expect((await receive(receiver, 3)).map(({ body }) => body as unknown)).toEqual([1, 2, 3]);
  });

  it('moves a dead-lettered message with reason, description and properties, and completes it there', async () => {
    const { broker, sender, receiver, deadLetters } = await startTestBroker();
    await sender.sendMessages({ body: { a: 1 }, messageId: 'm', applicationProperties: { kept: 1 } });
    const sent = await receiveOne(receiver);
    await receiver.deadLetterMessage(sent, {
      deadLetterReason: 'event-type-unknown',
      deadLetterErrorDescription: 'no such type',
      operation: 'delete',
    });
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ active: 0, deadLetter: 1 });
    const dead = await receiveOne(deadLetters);
    expect(dead).toMatchObject({
      body: { a: 1 },
      messageId: 'm',
      deadLetterReason: 'event-type-unknown',
      deadLetterErrorDescription: 'no such type',
      deadLetterSource: QUEUE,
      applicationProperties: { kept: 1, operation: 'delete' },
    });
    expect(dead.sequenceNumber).toEqual(sent.sequenceNumber);
    await deadLetters.completeMessage(dead);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('keeps a message in the dead-letter queue however often it is abandoned there', async () => {
    const { broker, sender, receiver, deadLetters } = await startTestBroker({ maxDeliveryCount: 1 });
    await sender.sendMessages({ body: 1 });
    await receiver.deadLetterMessage(await receiveOne(receiver));
    for (let i = 0; i < 3; i++) await deadLetters.abandonMessage(await receiveOne(deadLetters));
    expect(broker.runtimeCounts(QUEUE).deadLetter).toBe(1);
  });

  it('dead-letters a message after its last delivery', async () => {
    const { sender, receiver, deadLetters } = await startTestBroker({ maxDeliveryCount: 3 });
    await sender.sendMessages({ body: 1 });
    for (let deliveryCount = 0; deliveryCount < 3; deliveryCount++) {
      const message = await receiveOne(receiver);
      expect(message.deliveryCount).toBe(deliveryCount);
      await receiver.abandonMessage(message);
    }
    expect(await receiveOne(deadLetters)).toMatchObject({
      deadLetterReason: 'MaxDeliveryCountExceeded',
      deadLetterErrorDescription: 'Message could not be consumed after 3 delivery attempts.',
      deliveryCount: 3,
    });
  });

  it('delivers a deferred message by its sequence number only', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.sendMessages({ body: 'later' });
    const message = await receiveOne(receiver);
    await receiver.deferMessage(message, { why: 'early' });
    expect(await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 })).toEqual([]);
    const { sequenceNumber } = message;
    if (sequenceNumber === undefined) throw new Error('no sequence number');
    const [deferred] = await receiver.receiveDeferredMessages(sequenceNumber);
    if (deferred === undefined) throw new Error('the deferred message is gone');
    expect(deferred).toMatchObject({
      body: 'later',
      applicationProperties: { why: 'early' },
      state: 'active',
    });
    await expect(receiver.receiveDeferredMessages(sequenceNumber)).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
    await receiver.completeMessage(deferred);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('settles in every way after its receiver was closed', async () => {
    const { broker, client, sender, receiver, deadLetters } = await startTestBroker();
    await sender.sendMessages([
      { body: 'complete' },
      { body: 'abandon' },
      { body: 'defer' },
      { body: 'dead-letter' },
    ]);
    const closed = client.createReceiver(QUEUE);
    const [first, second, third, fourth] = await receive(closed, 4);
    if (!first || !second || !third || !fourth) throw new Error('messages are missing');
    // Their link is gone, so the client takes the way through $management.
    await closed.close();
    await receiver.completeMessage(first);
    await receiver.abandonMessage(second, { again: 1 });
    await receiver.deferMessage(third);
    await receiver.deadLetterMessage(fourth, { deadLetterReason: 'r', deadLetterErrorDescription: 'd' });
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ active: 2, deadLetter: 1 });
    expect(await receiveOne(receiver)).toMatchObject({
      body: 'abandon',
      applicationProperties: { again: 1 },
    });
    expect(await receiveOne(deadLetters)).toMatchObject({
      body: 'dead-letter',
      deadLetterReason: 'r',
      deadLetterErrorDescription: 'd',
    });
  });
});

describe('a lock', () => {
  it('expires: the message is delivered again and the late settlement fails', async () => {
    const { sender, receiver, broker } = await startTestBroker({ lockDurationMs: 2_000 });
    await sender.sendMessages({ body: 1 });
    const late = await receiveOne(receiver);
    const again = await receiveOne(receiver);
    expect(again.deliveryCount).toBe(1);
    await expect(receiver.completeMessage(late)).rejects.toMatchObject({ code: 'MessageLockLost' });
    await receiver.completeMessage(again);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('can be renewed, and then lasts for its duration from that time on', async () => {
    const { sender, receiver, broker } = await startTestBroker();
    await sender.sendMessages({ body: 1 });
    const message = await receiveOne(receiver);
    const first = message.lockedUntilUtc?.getTime() ?? Infinity;
    let [before, until] = [0, 0];
    await waitFor(async () => {
      before = Date.now();
      until = (await receiver.renewMessageLock(message)).getTime();
      expect(until).toBeGreaterThan(first);
    });
    expect(until).toBeGreaterThanOrEqual(before + 60_000);
    await receiver.completeMessage(message);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it('cannot be renewed once it is lost', async () => {
    const { sender, receiver } = await startTestBroker({ lockDurationMs: 50 });
    await sender.sendMessages({ body: 1 });
    const message = await receiveOne(receiver);
    await receiveOne(receiver);
    await expect(receiver.renewMessageLock(message)).rejects.toMatchObject({ code: 'MessageLockLost' });
  });

  it('counts towards the last delivery when it expires', async () => {
    const { sender, receiver, deadLetters } = await startTestBroker({
      lockDurationMs: 50,
      maxDeliveryCount: 2,
    });
    await sender.sendMessages({ body: 1 });
    await receiveOne(receiver);
    await receiveOne(receiver);
    expect(await receiveOne(deadLetters)).toMatchObject({ deadLetterReason: 'MaxDeliveryCountExceeded' });
  });
});

describe('a released message', () => {
  it('is delivered again as if for the first time, any number of times', async () => {
    const { broker, sender } = await startTestBroker({ maxDeliveryCount: 2 });
    await sender.sendMessages({ body: 1 });
    const connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: broker.port, reconnect: false });
    connection.on('disconnected', () => undefined);
    const link = connection.open_receiver({ source: QUEUE, credit_window: 1, autoaccept: false });
    const counts: unknown[] = [];
    await new Promise<void>((resolve) => {
      link.on('message', ({ message, delivery }: EventContext) => {
        counts.push(message?.delivery_count ?? 0);
        if (counts.length < 5) return delivery?.release();
        delivery?.accept();
        resolve();
      });
    });
    expect(counts).toEqual([0, 0, 0, 0, 0]);
    await waitFor(() => expect(broker.runtimeCounts(QUEUE).total).toBe(0));
    connection.close();
  });
});
