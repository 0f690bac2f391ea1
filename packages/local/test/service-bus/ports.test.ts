import { connect as connectSocket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startBroker } from '../../src/service-bus/start-broker.ts';
import { connect, defineQueue, QUEUE, startTestBroker } from '../support/test-broker.ts';
import { waitFor } from '../support/wait-for.ts';

describe("the broker's port", () => {
  it('is named in the error when it is taken', async () => {
    const { broker } = await startTestBroker();
    await expect(startBroker({ port: broker.port, queues: [] })).rejects.toMatchObject({
      message: `Service Bus port ${broker.port} is taken by another program`,
      code: 'EADDRINUSE',
      cause: { code: 'EADDRINUSE' },
    });
  });

  it('survives clients that speak neither AMQP nor HTTP, or disconnect', async () => {
    const { broker, sender } = await startTestBroker();
    for (const bytes of ['AMQP\u0009nonsense and more', 'nonsense\r\n\r\n', 'AM']) {
      const socket = connectSocket(broker.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      socket.end(bytes);
      await once(socket, 'close');
    }
    await sender.sendMessages({ body: 1 });
    expect(broker.runtimeCounts(QUEUE).active).toBe(1);
  });

  it('is free after a stop that closed open connections, and clients reconnect to the next broker', async () => {
    const first = await startBroker({ port: 0, queues: [defineQueue()] });
    const client = connect(first.connectionString);
    onTestFinished(() => client.close());
    const seen: unknown[] = [];
    client.createReceiver(QUEUE).subscribe({
      processMessage: ({ body }) => {
        seen.push(body);
        return Promise.resolve();
      },
      processError: () => Promise.resolve(),
    });
    await first.send(QUEUE, { body: 'before' });
    await waitFor(() => expect(seen).toHaveLength(1));
    await first.stop();
    const second = await startBroker({ port: first.port, queues: [defineQueue()] });
    onTestFinished(() => second.stop());
    await second.send(QUEUE, { body: 'after' });
    await waitFor(() => expect(seen).toHaveLength(2));
    expect(seen).toEqual(['before', 'after']);
  });
});
