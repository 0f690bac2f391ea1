import { afterEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { startQueue, startQueueHost, type Queue } from '../support/start-queue.ts';
import { startRelay, type Relay } from '../support/start-relay.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

describe('a message whose link is lost while its handler runs', () => {
  let queue: Queue;
  let relay: Relay;
  let host: Host;

  /**
   * Brings a host to where one message is in hand, the connection was cut, and another message has come over the new
   * one. Returns all inputs so far and to come, and what ends the handler, by `ending`.
   */
  async function loseLink(ending: () => void): Promise<{ inputs: unknown[]; end: () => void }> {
    const inputs: unknown[] = [];
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    handlers.message = async (input, { triggerMetadata }) => {
      inputs.push(input);
      if (input !== 'in hand' || triggerMetadata?.['deliveryCount'] !== 1) return;
      entered.resolve();
      await finish.promise;
      ending();
    };
    queue = await startQueue();
    relay = await startRelay(queue.port);
    const connectionString = queue.connectionString.replace(`:${queue.port}`, `:${relay.port}`);
    const clientRetryOptions = { delay: '00:00:00.1', maxDelay: '00:00:00.2' };
    await queue.send({ body: 'in hand' });
    host = await startQueueHost({ connectionString }, createSilentLogger(), {
      serviceBus: { clientRetryOptions },
    });
    await entered.promise;
    relay.cut();
    await queue.send({ body: 'next' });
    await waitFor(() => expect(inputs).toContain('next'));
    return { inputs, end: finish.resolve };
  }
  afterEach(async () => {
    await host.stop({ graceMs: 0 });
    relay.stop();
    await queue.stop();
  });

  it('is completed over the new one, and not delivered again', async () => {
    const { inputs, end } = await loseLink(() => undefined);
    end();
    await waitFor(() => expect(queue.counts()).toEqual({ active: 0, deadLetter: 0 }));
    expect(inputs).toEqual(['in hand', 'next']);
  });

  it('is abandoned over the new one when the handler throws, and comes again at once', async () => {
    const { inputs, end } = await loseLink(() => {
      throw new Error('after all');
    });
    end();
    await waitFor(() => expect(queue.counts()).toEqual({ active: 0, deadLetter: 0 }));
    expect(inputs).toEqual(['in hand', 'next', 'in hand']);
  });
});
