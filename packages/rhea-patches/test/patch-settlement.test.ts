import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { patchRheaSettlement } from '../src/patch-settlement.ts';
import { patchRheaWindow } from '../src/patch-window.ts';
import { loadRheaInternals } from '../src/rhea-internals.ts';
import { QUEUE, receive, startTestBroker } from '../../local/test/support/test-broker.ts';
import { waitFor } from '../../local/test/support/wait-for.ts';

const run = promisify(execFile);

describe('settling several messages in one tick', () => {
  it('settles each as asked: complete, dead-letter, complete', async () => {
    const { broker, sender, receiver, deadLetters } = await startTestBroker();
    await sender.sendMessages([{ body: 0 }, { body: 1 }, { body: 2 }]);
    const [first, second, third] = await receive(receiver, 3);
    if (!first || !second || !third) throw new Error('messages are missing');
    await Promise.all([
      receiver.completeMessage(first),
      receiver.deadLetterMessage(second, { deadLetterReason: 'second', deadLetterErrorDescription: '' }),
      receiver.completeMessage(third),
    ]);
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ active: 0, deadLetter: 1 });
    expect(await receive(deadLetters, 1)).toMatchObject([{ body: 1, deadLetterReason: 'second' }]);
  });

  it('settles each as asked: abandon, complete, complete', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.sendMessages([{ body: 0 }, { body: 1 }, { body: 2 }]);
    const [first, second, third] = await receive(receiver, 3);
    if (!first || !second || !third) throw new Error('messages are missing');
    await Promise.all([
      receiver.abandonMessage(first),
      receiver.completeMessage(second),
      receiver.completeMessage(third),
    ]);
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ active: 1, deadLetter: 0 });
    expect(await receive(receiver, 1)).toMatchObject([{ body: 0, deliveryCount: 1 }]);
  });

  it('gives every dead-lettered message its own reason', async () => {
    const { sender, receiver, deadLetters } = await startTestBroker();
    await sender.sendMessages(Array.from({ length: 8 }, (_, body) => ({ body })));
    const messages = await receive(receiver, 8);
    await Promise.all(
      messages.map((message) =>
        receiver.deadLetterMessage(message, {
          deadLetterReason: `because ${String(message.body)}`,
          deadLetterErrorDescription: '',
        }),
      ),
    );
    const dead = await receive(deadLetters, 8);
    expect(dead.map(({ deadLetterReason }) => deadLetterReason)).toEqual(
      dead.map(({ body }) => `because ${String(body)}`),
    );
  });

  it('gives each settlement its own result when one lock is lost', async () => {
    const { broker, sender, receiver } = await startTestBroker({ lockDurationMs: 1_000 });
    await sender.sendMessages([{ body: 0 }, { body: 1 }, { body: 2 }]);
    const messages = await receive(receiver, 3);
    const [first, , third] = messages;
    if (!first?.sequenceNumber || !third) throw new Error('messages are missing');
    // The second lock expires while the others are renewed.
    const { sequenceNumber: fromSequenceNumber } = first;
    await waitFor(async () => {
      await Promise.all([receiver.renewMessageLock(first), receiver.renewMessageLock(third)]);
      const [, second] = await receiver.peekMessages(3, { fromSequenceNumber });
      expect(second?.deliveryCount).toBe(1);
    });
    const results = await Promise.allSettled(messages.map((message) => receiver.completeMessage(message)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'MessageLockLost' } });
    expect(broker.runtimeCounts(QUEUE).total).toBe(1);
  });

  it('abandons the message whose handler failed when two handlers wake together', async () => {
    const { broker, client, sender } = await startTestBroker();
    const started: ServiceBusReceivedMessage[] = [];
    const { promise: together, resolve: wake } = Promise.withResolvers<void>();
    const deliveries: unknown[] = [];
    client.createReceiver(QUEUE).subscribe(
      {
        processMessage: async (message) => {
          deliveries.push([message.body, message.deliveryCount]);
          if (message.deliveryCount !== 0) return;
          started.push(message);
          if (started.length === 2) wake();
          await together;
          if (message.body === 'fails') throw new Error('on purpose');
        },
        processError: () => Promise.resolve(),
      },
      { maxConcurrentCalls: 2 },
    );
    await sender.sendMessages([{ body: 'works' }, { body: 'fails' }]);
    await waitFor(() => expect(broker.runtimeCounts(QUEUE).total).toBe(0));
    expect(deliveries).toEqual([
      ['works', 0],
      ['fails', 0],
      ['fails', 1],
    ]);
  });
});

describe('unpatched rhea', () => {
  it('settles the wrong messages', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.sendMessages([{ body: 0 }, { body: 1 }, { body: 2 }]);
    await receiver.close();
    await run(process.execPath, [
      join(import.meta.dirname, 'unpatched-client.mjs'),
      broker.connectionString,
      QUEUE,
    ]);
    // The test asked for complete, dead-letter, complete. When this fails, rhea was corrected and the patch
    // can be removed.
    expect(broker.runtimeCounts(QUEUE)).toMatchObject({ active: 0, deadLetter: 0 });
  });
});

function patchedMethods(): unknown[] {
  return loadRheaInternals().map(({ incoming, deliveryBuffer }) => [
    incoming.update,
    Reflect.get(deliveryBuffer, 'push'),
  ]);
}

describe('the patch', () => {
  it('reaches the copy of rhea that the Service Bus client uses', async () => {
    const fromClient = ['@azure/core-amqp', 'rhea-promise', 'rhea'].reduce(
      (from, name) => createRequire(from).resolve(name),
      createRequire(import.meta.url).resolve('@azure/service-bus'),
    );
    expect(loadRheaInternals().map(({ path }) => path)).toContain(fromClient);
    const imported = (await import('rhea')).default;
    const required: unknown = createRequire(import.meta.url)(fromClient);
    expect(required).toBe(imported);
  });

  it('changes nothing when it is applied again', () => {
    patchRheaSettlement();
    patchRheaWindow();
    const before = patchedMethods();
    patchRheaSettlement();
    patchRheaWindow();
    expect(patchedMethods()).toEqual(before);
  });

  it('throws for a rhea that it does not know', async () => {
    const attempt = run(process.execPath, [join(import.meta.dirname, 'patch-a-changed-rhea.mjs')]);
    await expect(attempt).rejects.toThrow(/update\(delivery, settled, state\) is not as in rhea 3\.0\.5/);
  });
});
