import { createMemoryQueueBrowser } from '../../src/memory/memory-queue-browser.ts';
import { MemoryQueue } from '../../src/memory/memory-queue.ts';
import { immediately } from '../../src/memory/schedule.ts';
import { describeQueueBrowser } from '../contract/queue-browser.contract.ts';

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
