import { describe, expect, it } from 'vitest';
import { receive, receiveOne, startTestBroker } from '../support/test-broker.ts';

describe('peeking', () => {
  it('shows messages of every state in order, and changes nothing', async () => {
    const { sender, receiver } = await startTestBroker();
    await sender.sendMessages([{ body: 'locked' }, { body: 'deferred' }, { body: 'active' }]);
    await sender.scheduleMessages({ body: 'scheduled' }, new Date(Date.now() + 60_000));
    const [, second] = await receive(receiver, 2);
    if (second === undefined) throw new Error('a message is missing');
    await receiver.deferMessage(second);
    const seen = await receiver.peekMessages(10);
    expect(seen.map(({ body, state }) => [body as unknown, state])).toEqual([
      ['locked', 'active'],
      ['deferred', 'deferred'],
      ['active', 'active'],
      ['scheduled', 'scheduled'],
    ]);
    expect((await receiveOne(receiver)).body).toBe('active');
  });

  it('continues where the last peek ended, to the end', async () => {
    const { sender, receiver } = await startTestBroker();
    await sender.sendMessages(Array.from({ length: 5 }, (_, body) => ({ body })));
    const pages: unknown[] = [];
    for (let page = await receiver.peekMessages(2); page.length > 0; page = await receiver.peekMessages(2)) {
      pages.push(page.map(({ body }) => body as unknown));
    }
    expect(pages).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('reads the dead-letter queue', async () => {
    const { sender, receiver, deadLetters } = await startTestBroker();
    await sender.sendMessages([{ body: 1 }, { body: 2 }]);
    const [first, second] = await receive(receiver, 2);
    if (!first || !second) throw new Error('a message is missing');
    await receiver.deadLetterMessage(second, { deadLetterReason: 'later', deadLetterErrorDescription: '' });
    await receiver.deadLetterMessage(first, { deadLetterReason: 'sooner', deadLetterErrorDescription: '' });
    const seen = await deadLetters.peekMessages(5);
    expect(seen.map(({ body, deadLetterReason }) => [body as unknown, deadLetterReason])).toEqual([
      [1, 'sooner'],
      [2, 'later'],
    ]);
  });
});
