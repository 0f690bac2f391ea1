import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { ServiceBusAdministrationClient } from '@azure/service-bus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { QUEUE, receiveOne, startTestBroker } from '../support/test-broker.ts';

/** The client always uses https, even for the emulator; its pipeline allows changing that. */
function administer(connectionString: string): ServiceBusAdministrationClient {
  const client = new ServiceBusAdministrationClient(connectionString);
  client.pipeline.addPolicy({
    name: 'plainHttp',
    sendRequest: (request, next) => {
      request.url = request.url.replace('https:', 'http:');
      request.allowInsecureConnection = true;
      return next(request);
    },
  });
  return client;
}

describe('the administration client', () => {
  it('reads the counts of a queue', async () => {
    const { broker, sender, receiver } = await startTestBroker();
    await sender.sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    await sender.scheduleMessages({ body: 4 }, new Date(Date.now() + 60_000));
    await receiver.deadLetterMessage(await receiveOne(receiver));
    const counts = await administer(broker.connectionString).getQueueRuntimeProperties(QUEUE);
    expect(counts).toMatchObject({
      name: QUEUE,
      totalMessageCount: 4,
      activeMessageCount: 2,
      scheduledMessageCount: 1,
      deadLetterMessageCount: 1,
    });
    expect(counts.sizeInBytes).toBeGreaterThan(0);
  });

  it('reads the declaration of a queue', async () => {
    const { broker } = await startTestBroker({ lockDurationMs: 30_000, maxDeliveryCount: 7 });
    expect(await administer(broker.connectionString).getQueue(QUEUE)).toMatchObject({
      lockDuration: 'PT30S',
      maxDeliveryCount: 7,
      requiresDuplicateDetection: false,
      requiresSession: false,
      deadLetteringOnMessageExpiration: true,
    });
  });

  it('tells whether a queue exists', async () => {
    const { broker } = await startTestBroker();
    const client = administer(broker.connectionString);
    expect(await client.queueExists(QUEUE)).toBe(true);
    expect(await client.queueExists('nowhere')).toBe(false);
  });

  it('gets an answer for a URL that names no queue, and the server keeps running', async () => {
    const { broker } = await startTestBroker();
    for (const path of ['/%', '/%E0%A4', '//', '/a b']) {
      const socket = connectSocket(broker.port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.write(`GET ${path} HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(await administer(broker.connectionString).queueExists(QUEUE)).toBe(true);
  });
});
