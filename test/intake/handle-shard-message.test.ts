import { describe, expect, it } from 'vitest';
import { readDeadLetter } from '../../src/deadletter/read-dead-letter.ts';
import { handleShardMessage } from '../../src/intake/handle-message.ts';
import type { IncomingMessage } from '../../src/intake/incoming-message.ts';
import { type MemoryMessage, MemoryQueue } from '../memory/memory-queue.ts';
import { immediately } from '../memory/schedule.ts';
import { BlobmirrorError, ERRORS } from '../../src/model/errors.ts';
import { parseShardMessage } from '../../src/model/shard-message.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const SHARD = { run: '2026-11-25T13-09-31Z-4f2a', shard: 'c0', slice: 0, attempt: 0 };
const PARKED = { 'blobmirror-parked': true };

/** The intake of shards on a queue in memory, with the real parser of shards and no work behind it. */
function createStage() {
  const queue = new MemoryQueue();
  const log = createSilentLogger();
  const worked: unknown[] = [];
  const state: { onSend: (body: unknown) => void } = { onSend: () => undefined };
  const port = queue.through(immediately);
  /** What the delivery was given back for; undefined where its message was completed. */
  const deliver = async (
    message: MemoryMessage | undefined,
    more: Partial<IncomingMessage> = {},
  ): Promise<unknown> => {
    if (message === undefined) throw new Error('there is no message');
    const lock = queue.receive(message);
    try {
      await handleShardMessage(
        {
          queue: {
            ...port,
            deadLetter: async (copy) => {
              state.onSend(copy.event);
              await port.deadLetter(copy);
            },
          },
          handleShard: async (body) => {
            await Promise.resolve();
            worked.push(parseShardMessage(body));
          },
        },
        log,
        { ...message, enqueuedTime: message.sentAt, ...more },
      );
      queue.complete(lock);
      return undefined;
    } catch (thrown) {
      queue.release(lock);
      return thrown;
    }
  };
  return { queue, log, worked, state, deliver };
}

describe('a message on the reconcile queue that is no shard', () => {
  it.each([[undefined], ['text'], [{}], [[]], [{ messageId: 'forged' }], [{ ...SHARD, run: '../current' }]])(
    'is a dead letter with code, detail and hint after one delivery, and one line: %j',
    async (body) => {
      const { queue, log, worked, deliver } = createStage();
      expect(await deliver(queue.send({ messageId: 'm1', body }))).toBeUndefined();
      const [copy] = queue.ready;
      expect(copy?.expires).toBe(true);
      // It comes by before it expires.
      expect(await deliver(copy)).toMatchObject({ name: 'ParkedMessageReceived' });
      queue.expire(copy as MemoryMessage);
      expect([queue.ready.size, queue.scheduled.size, queue.locks.size, worked]).toEqual([0, 0, 0, []]);
      const { hint } = ERRORS['message-not-shard'];
      const detail = expect.stringContaining('the message is not a shard: ') as string;
      expect(queue.dead.map(({ applicationProperties }) => applicationProperties)).toMatchObject([
        {
          'blobmirror-code': 'message-not-shard',
          'blobmirror-detail': detail,
          'blobmirror-hint': hint,
          'blobmirror-attempts': 1,
        },
      ]);
      expect(log.lines).toEqual([
        {
          level: 'error',
          message: 'a message on the reconcile queue moved to the dead-letter queue',
          fields: { messageId: 'm1', code: 'message-not-shard', detail, hint },
        },
      ]);
      const [dead] = queue.dead;
      const letter = { ...(dead as MemoryMessage), enqueuedAt: new Date(), sequenceNumber: '7' };
      expect(readDeadLetter({ ...letter, state: 'active' }, 'reconcile', new Date())).toMatchObject({
        code: 'message-not-shard',
        detail,
        hint,
        attempts: 1,
      });
    },
  );

  it('is parked again, and completed, when the host says that it was to expire', async () => {
    const { queue, worked, deliver } = createStage();
    await deliver(queue.send({ messageId: 'm1', body: {} }));
    const [copy] = queue.ready;
    expect(await deliver(copy, { expiresAt: new Date((copy?.sentAt.getTime() ?? 0) + 1) })).toBeUndefined();
    const [again] = queue.ready;
    expect([again?.expires, again?.messageId, worked]).toEqual([true, `${copy?.messageId ?? ''}.p1`, []]);
  });

  it('is parked as bytes where it cannot be written as it is', async () => {
    const { queue, state, deliver } = createStage();
    state.onSend = (body) => {
      if (!(body instanceof Uint8Array)) throw new RangeError('Maximum call stack size exceeded');
    };
    expect(await deliver(queue.send({ messageId: 'm1', body: { no: 'shard' } }))).toBeUndefined();
    const [copy] = queue.ready;
    expect(Buffer.from(copy?.body as Uint8Array).toString()).toBe('{"no":"shard"}');
    expect(copy?.applicationProperties).toMatchObject({ 'blobmirror-code': 'message-not-shard' });
  });

  it('goes back where the queue does not take its copy, and is parked when the queue does', async () => {
    const { queue, log, state, deliver } = createStage();
    const refusal = new BlobmirrorError('queue-full', 'it is full');
    state.onSend = () => {
      throw refusal;
    };
    const message = queue.send({ messageId: 'm1', body: 'text' });
    expect(await deliver(message)).toBe(refusal);
    expect([...queue.ready]).toEqual([message]);
    expect(log.lines).toEqual([]);
    state.onSend = () => undefined;
    expect(await deliver(message)).toBeUndefined();
    expect([...queue.ready]).toMatchObject([{ body: 'text', expires: true }]);
  });

  it('and says that it is parked, though it does not expire, is parked at its second delivery', async () => {
    const { queue, deliver } = createStage();
    const message = queue.send({ messageId: 'm1', body: 'text', applicationProperties: PARKED });
    expect(await deliver(message)).toMatchObject({ name: 'ParkedMessageReceived' });
    expect(await deliver(message)).toBeUndefined();
    expect([...queue.ready]).toMatchObject([{ body: 'text', expires: true }]);
  });
});

describe('a shard', () => {
  it('is worked on, and its failures give it back', async () => {
    const { queue, log, worked, deliver } = createStage();
    expect(await deliver(queue.send({ messageId: 'm1', body: SHARD }))).toBeUndefined();
    expect([worked, queue.ready.size, log.lines]).toEqual([[SHARD], 0, []]);

    const failure = new BlobmirrorError('queue-unavailable', 'no');
    const work = handleShardMessage(
      { queue: queue.through(immediately), handleShard: async () => await Promise.reject(failure) },
      log,
      {
        body: SHARD,
        messageId: 'm2',
        enqueuedTime: new Date(),
        deliveryCount: 1,
        applicationProperties: {},
      },
    );
    await expect(work).rejects.toBe(failure);
    expect(queue.ready.size).toBe(0);
  });

  it('that says it is parked, though it does not expire, is worked on at its second delivery', async () => {
    const { queue, worked, deliver } = createStage();
    const message = queue.send({ messageId: 'm1', body: SHARD, applicationProperties: PARKED });
    expect(await deliver(message)).toMatchObject({ name: 'ParkedMessageReceived' });
    expect(await deliver(message)).toBeUndefined();
    expect(worked).toEqual([SHARD]);
  });
});
