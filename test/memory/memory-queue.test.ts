import { describe, expect, it } from 'vitest';
import { parseHistory } from '../../src/model/hint-message.ts';
import { describeQueueBrowser } from '../contract/queue-browser.contract.ts';
import { MemoryQueue, createMemoryQueueBrowser } from './memory-queue.ts';
import { immediately } from './schedule.ts';

const HISTORY = { ...parseHistory({}, 'm1', new Date()), attempts: 1 };

describe('the queue in memory', () => {
  it('delivers a message again when its lock expired, and settles nothing by a lost lock', () => {
    const queue = new MemoryQueue();
    queue.send({ messageId: 'm1', body: 1 });
    const [message] = queue.ready;
    if (message === undefined) throw new Error('nothing was sent');
    const lost = queue.receive(message);
    queue.release(lost);
    const lock = queue.receive(message);
    expect(message.deliveryCount).toBe(2);
    expect(queue.complete(lost)).toBe(false);
    expect(queue.complete(lock)).toBe(true);
    expect([...queue.ready, ...queue.locks]).toEqual([]);
  });

  it('drops a message whose id it has seen', () => {
    const queue = new MemoryQueue();
    expect(queue.send({ messageId: 'm1', body: 1 })).toBeDefined();
    expect(queue.send({ messageId: 'm1', body: 2 })).toBeUndefined();
    expect([...queue.ready]).toMatchObject([{ body: 1 }]);
  });

  it('moves a message that is never settled to the dead-letter queue', () => {
    const queue = new MemoryQueue();
    queue.send({ messageId: 'm1', body: 1 });
    for (const message of queue.ready) queue.release(queue.receive(message));
    expect(queue.dead).toMatchObject([{ messageId: 'm1', deliveryCount: 10 }]);
  });

  it('holds a message back for its delay, and carries its history in the properties', async () => {
    const queue = new MemoryQueue();
    const port = queue.through(immediately);
    await port.sendLater({ messageId: 'm1.try.1', event: { a: 1 }, history: HISTORY }, 500);
    expect(queue.ready.size).toBe(0);
    const [message] = queue.scheduled;
    if (message === undefined) throw new Error('nothing was sent');
    expect(message).toMatchObject({ body: { a: 1 }, delayMs: 500 });
    expect(parseHistory(message.applicationProperties, '', new Date())).toEqual(HISTORY);
    queue.enqueue(message);
    expect([...queue.ready]).toEqual([message]);
  });

  it('lets a parked message expire into the dead-letter queue', async () => {
    const queue = new MemoryQueue();
    await queue.through(immediately).deadLetter({ messageId: 'm1.parked.1', event: 1, history: HISTORY });
    for (const message of queue.ready) queue.expire(message);
    expect(queue.dead).toMatchObject([{ messageId: 'm1.parked.1', expires: true }]);
  });
});

describeQueueBrowser('in memory', async () => {
  await Promise.resolve();
  const queue = new MemoryQueue();
  let sent = 0;
  const send = (body: unknown, delayMs = 0): void => {
    queue.send({ messageId: `m${++sent}`, body, delayMs });
  };
  const first = () => {
    const [message] = queue.ready;
    if (message === undefined) throw new Error('the queue is empty');
    return message;
  };
  return {
    browser: createMemoryQueueBrowser(queue, immediately),
    deadLetters: createMemoryQueueBrowser(queue, immediately, { deadLetter: true }),
    send: async (count) => {
      await Promise.resolve();
      for (let n = 0; n < count; n++) send({ n });
    },
    schedule: async (at) => {
      await Promise.resolve();
      send({ later: true }, at.getTime() - Date.now());
    },
    lockOne: async () => {
      await Promise.resolve();
      queue.receive(first());
    },
    expireOne: async () => {
      await Promise.resolve();
      const message = first();
      queue.ready.delete(message);
      queue.dead.push({ ...message, expires: true });
    },
  };
});
