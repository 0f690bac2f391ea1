import { afterEach, describe, expect, it } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host } from '../../../src/host/start-host.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { startQueue, startQueueHost, type Queue } from '../support/start-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

const quickRetry = { serviceBus: { clientRetryOptions: { delay: '00:00:00.1', maxDelay: '00:00:00.2' } } };

describe('an outage of the broker', () => {
  let queue: Queue;
  let host: Host;
  afterEach(async () => {
    await host.stop({ graceMs: 0 });
    await queue.stop();
  });

  it('is one line when it begins and one when it is over, and messages flow again', async () => {
    const log = createSilentLogger();
    const inputs: unknown[] = [];
    const messages = (): string[] => log.lines.map(({ message }) => message);
    handlers.message = (input) => void inputs.push(input);
    queue = await startQueue();
    host = await startQueueHost(queue, log, quickRetry);
    await queue.send({ body: 'before' });
    await waitFor(() => expect(inputs).toEqual(['before']));
    await waitFor(() => expect(messages()).toEqual(['receiving from the queue']));

    await queue.stop();
    await waitFor(() => expect(messages()).toContain('Messages of the queue cannot be received; retrying'));
    // All eight links meet the closed port, several times each.
    queue = await startQueue({ port: queue.port });
    await queue.send({ body: 'after' });
    await waitFor(() => expect(messages()).toContain('receiving from the queue again'));
    await waitFor(() => expect(inputs).toEqual(['before', 'after']));
    expect(messages()).toEqual([
      'receiving from the queue',
      'Messages of the queue cannot be received; retrying',
      'receiving from the queue again',
    ]);
    expect(log.lines[1]).toMatchObject({ level: 'warn', fields: { function: 'mirror', queue: 'events' } });
  });

  it('does not make the host hold or run more messages than host.json says', async () => {
    const log = createSilentLogger();
    let atOnce = 0;
    let most = 0;
    let gate = Promise.withResolvers<void>();
    handlers.message = async () => {
      most = Math.max(most, ++atOnce);
      await gate.promise;
      atOnce--;
    };
    const eight = Array.from({ length: 8 }, (_, body) => ({ body }));
    queue = await startQueue();
    await queue.send(...eight);
    host = await startQueueHost(queue, log, quickRetry);
    await waitFor(() => expect(atOnce).toBe(8));

    // The handlers go on while their links are lost, and end when the links are back.
    await queue.stop();
    await waitFor(() => expect(log.lines.at(-1)?.level).toBe('warn'));
    queue = await startQueue({ port: queue.port });
    await waitFor(() => expect(log.lines.at(-1)?.message).toBe('receiving from the queue again'));
    gate.resolve();
    await waitFor(() => expect(atOnce).toBe(0));
    gate = Promise.withResolvers();
    await queue.send(...eight, ...eight, ...eight);
    await waitFor(() => expect(atOnce).toBe(8));
    expect(await queue.takeFree()).toBe(16);
    expect(most).toBe(8);
    gate.resolve();
  });

  it('at the start does not fail the start', async () => {
    const log = createSilentLogger();
    queue = await startQueue();
    const { port } = queue;
    await queue.stop();
    host = await startQueueHost(queue, log, quickRetry);
    await waitFor(() => expect(log.lines).toHaveLength(1));
    expect(log.lines[0]?.fields['reason']).toContain('ECONNREFUSED');
    queue = await startQueue({ port });
    await waitFor(() => expect(log.lines.at(-1)?.message).toBe('receiving from the queue again'));
  });

  it('is told from a queue that does not exist, which is one line too', async () => {
    const log = createSilentLogger();
    queue = await startQueue();
    host = await startHost({
      registrations: [new URL('../fixtures/queue.mjs', import.meta.url)],
      settings: { BUS: queue.connectionString, QUEUE: 'no-such-queue' },
      hostJson: parseHostJson({ extensions: quickRetry }),
      log,
    });
    await waitFor(() => expect(log.lines).toHaveLength(1));
    expect(log.lines[0]).toMatchObject({
      message: 'Messages of the queue cannot be received; retrying',
      fields: { queue: 'no-such-queue', code: 'MessagingEntityNotFound' },
    });
  });
});
