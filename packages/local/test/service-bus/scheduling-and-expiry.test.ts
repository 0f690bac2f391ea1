import rhea, { type EventContext } from 'rhea';
import { describe, expect, it } from 'vitest';
import { QUEUE, receive, receiveOne, startTestBroker } from '../support/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';

const soon = (ms: number) => new Date(Date.now() + ms);

describe('a scheduled message', () => {
  it('joins the queue at its time, as a new message', async () => {
    const { sender, receiver } = await startTestBroker();
    await sender.sendMessages({ body: 'first' });
    // Later than when it reaches the broker, on a busy machine too.
    const at = soon(5_000);
    const [scheduled] = await sender.scheduleMessages([{ body: 'later', messageId: 's' }], at);
    const [first, later] = await receive(receiver, 2);
    expect(first?.body).toBe('first');
    expect(later).toMatchObject({ body: 'later', messageId: 's' });
    expect(later?.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(at.getTime());
    expect(later?.sequenceNumber?.toNumber()).toBeGreaterThan(scheduled?.toNumber() ?? Infinity);
  });

  it('can be sent like any other, with its time in an annotation', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.sendMessages({ body: 'much later', scheduledEnqueueTimeUtc: soon(3_600_000) });
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ scheduled: 1, active: 0 });
    const at = soon(500);
    await sender.sendMessages({ body: 'later', scheduledEnqueueTimeUtc: at });
    const later = await receiveOne(receiver);
    expect(later.body).toBe('later');
    expect(later.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(at.getTime());
  });

  it('can be cancelled until then, and not twice', async () => {
    const { broker, sender } = await startTestBroker();
    const [sequenceNumber] = await sender.scheduleMessages({ body: 1 }, soon(60_000));
    if (sequenceNumber === undefined) throw new Error('no sequence number');
    await sender.cancelScheduledMessages(sequenceNumber);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
    await expect(sender.cancelScheduledMessages(sequenceNumber)).rejects.toMatchObject({
      code: 'MessageNotFound',
    });
  });
});

describe('a message that expires', () => {
  it('is moved to the dead-letter queue when the queue is set to', async () => {
    const { sender, deadLetters } = await startTestBroker();
    await sender.sendMessages({ body: 1, timeToLive: 30 });
    expect(await receiveOne(deadLetters)).toMatchObject({ body: 1, deadLetterReason: 'TTLExpiredException' });
  });

  it('is dropped otherwise', async () => {
    const { broker, sender } = await startTestBroker({ deadLetterOnExpiration: false });
    await sender.sendMessages({ body: 1, timeToLive: 30 });
    await waitFor(() => expect(broker.runtimeCounts(QUEUE).active).toBe(0));
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
  });

  it("has the queue's default time to live, which is also the maximum", async () => {
    const { broker, sender } = await startTestBroker({ defaultTimeToLiveMs: 50 });
    await sender.sendMessages([{ body: 1 }, { body: 2, timeToLive: 60_000 }]);
    await waitFor(() => expect(broker.runtimeCounts(QUEUE).deadLetter).toBe(2));
    expect(broker.runtimeCounts(QUEUE).active).toBe(0);
  });

  it('stays locked by its receiver, and expires when it is abandoned', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    // Connects both, so that connecting does not use up the time to live.
    await sender.sendMessages({ body: 'first' });
    await receiver.completeMessage(await receiveOne(receiver));
    await sender.sendMessages([
      { body: 'kept', timeToLive: 3_000 },
      { body: 'free', timeToLive: 3_001 },
    ]);
    const message = await receiveOne(receiver);
    await waitFor(() => expect(broker.runtimeCounts(QUEUE).deadLetter).toBe(1));
    expect(broker.runtimeCounts(QUEUE).active).toBe(1);
    await receiver.abandonMessage(message);
    await waitFor(() => expect(broker.runtimeCounts(QUEUE).deadLetter).toBe(2));
  });
});

describe('duplicate detection', () => {
  it('drops a message whose id was seen in the window, even after the first was completed', async () => {
    const { broker, sender, receiver } = await startTestBroker({ duplicateDetectionWindowMs: 60_000 });
    await sender.sendMessages({ body: 1, messageId: 'same' });
    await receiver.completeMessage(await receiveOne(receiver));
    await sender.sendMessages([
      { body: 2, messageId: 'same' },
      { body: 3, messageId: 'other' },
    ]);
    expect(broker.runtimeCounts(QUEUE).total).toBe(1);
    expect((await receiveOne(receiver)).body).toBe(3);
  });

  it('forgets an id after the window', async () => {
    const { broker, sender } = await startTestBroker({ duplicateDetectionWindowMs: 50 });
    await waitFor(async () => {
      await sender.sendMessages({ body: 1, messageId: 'same' });
      expect(broker.runtimeCounts(QUEUE).total).toBe(3);
    });
    expect(broker.runtimeCounts(QUEUE).active).toBe(3);
  });

  it('keeps every message when it is off', async () => {
    const { broker, sender } = await startTestBroker();
    await sender.sendMessages([
      { body: 1, messageId: 'same' },
      { body: 2, messageId: 'same' },
    ]);
    expect(broker.runtimeCounts(QUEUE).total).toBe(2);
  });
});

describe('times out of range', () => {
  it("a scheduled time beyond Service Bus's maximum becomes that maximum, and one long past means now", async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.scheduleMessages({ body: 'far' }, new Date(8.64e15));
    await sender.scheduleMessages({ body: 'past' }, new Date(-8.64e15));
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ scheduled: 1, active: 1 });
    expect((await receiver.peekMessages(5)).map(({ body }) => body as unknown)).toEqual(['far', 'past']);
    expect((await receiveOne(receiver)).body).toBe('past');
  });

  it('a negative time to live and an invalid time are refused with a description', async () => {
    const { broker } = await startTestBroker();
    const connection = rhea
      .create_container()
      .connect({ host: '127.0.0.1', port: broker.port, reconnect: false });
    connection.on('disconnected', () => undefined);
    const link = connection.open_sender(QUEUE);
    const descriptions: unknown[] = [];
    await new Promise<void>((resolve) => {
      link.once('sendable', () => {
        const { types } = rhea;
        const minusOne = Buffer.from([0, 0x53, 0x70, 0xc0, 5, 3, 0x40, 0x40, 0x54, 0xff]);
        link.send(Buffer.concat([minusOne, Buffer.from([0, 0x53, 0x77, 0x41])]), undefined, 0);
        const annotations = { 'x-opt-scheduled-enqueue-time': types.wrap_string('tomorrow') };
        link.send({ message_annotations: annotations, body: 2 });
      });
      link.on('rejected', ({ delivery }: EventContext) => {
        const state: { error?: { description?: unknown } } | undefined = delivery?.remote_state;
        descriptions.push(state?.error?.description);
        if (descriptions.length === 2) resolve();
      });
    });
    expect(descriptions).toEqual([
      expect.stringContaining('ttl in the header is not of type uint'),
      expect.stringContaining('x-opt-scheduled-enqueue-time is not of type timestamp'),
    ]);
    expect(broker.runtimeCounts(QUEUE).total).toBe(0);
    connection.close();
  });
});
