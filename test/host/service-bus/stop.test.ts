import { afterEach, describe, expect, it } from 'vitest';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { spawnScript, type Script } from '../support/spawn-script.ts';
import { startQueue, startQueueHost, type Queue } from '../support/start-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

const A_DAY_MS = 86_400_000;

describe('a host that stops', () => {
  let queue: Queue;
  afterEach(() => queue.stop());

  /** A host with one message in hand, which `end` lets go. */
  async function startWithMessage() {
    const entered = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    handlers.message = async () => {
      entered.resolve();
      await finish.promise;
    };
    queue = await startQueue({ lockDurationMs: A_DAY_MS });
    await queue.send({ body: 'in hand' });
    const host = await startQueueHost(queue, createSilentLogger());
    await entered.promise;
    return { host, end: finish.resolve };
  }

  it('lets a running handler end and completes its message', async () => {
    const { host, end } = await startWithMessage();
    const stopped = host.stop({ graceMs: A_DAY_MS });
    end();
    await stopped;
    expect(queue.counts()).toEqual({ active: 0, deadLetter: 0 });
  });

  it('gives the message of a handler that does not end back to the queue', async () => {
    const { host, end } = await startWithMessage();
    await host.stop({ graceMs: 50 });
    // Although its lock would last a day.
    let count: unknown;
    handlers.message = (_input, { triggerMetadata }) => void (count = triggerMetadata?.['deliveryCount']);
    const next = await startQueueHost(queue, createSilentLogger());
    await waitFor(() => expect(count).toBe(2));
    await waitFor(() => expect(queue.counts().active).toBe(0));
    end();
    await next.stop();
  });

  it('takes no further message', async () => {
    const { host, end } = await startWithMessage();
    const stopped = host.stop({ graceMs: A_DAY_MS });
    await queue.send(...Array.from({ length: 20 }, (_, body) => ({ body })));
    end();
    await stopped;
    expect(queue.counts()).toEqual({ active: 20, deadLetter: 0 });
  });

  it('is done when the broker is gone, although a handler goes on', async () => {
    const { host, end } = await startWithMessage();
    await queue.stop();
    // Neither the handler nor the broker lets it end.
    await expect(host.stop({ graceMs: 500 })).resolves.toBeUndefined();
    end();
    queue = await startQueue();
  });
});

describe('the process of a host that has stopped', () => {
  let queue: Queue;
  let script: Script;
  afterEach(async () => {
    script.kill();
    await queue.stop();
  });

  it('ends by itself', async () => {
    queue = await startQueue();
    script = spawnScript(new URL('../support/host-process.ts', import.meta.url), queue.connectionString);
    expect(await script.line()).toBe('receiving from the queue');
    await queue.send({ body: 7 });
    expect(await script.line()).toBe('handled 7');
    script.tell('stop');
    expect(await script.line()).toBe('stopped');
    expect(await script.ended).toBe(0);
  });

  it('ends by itself when the broker went before it', async () => {
    queue = await startQueue();
    script = spawnScript(new URL('../support/host-process.ts', import.meta.url), queue.connectionString);
    expect(await script.line()).toBe('receiving from the queue');
    await queue.stop();
    script.tell('stop');
    expect(await script.line()).toBe('stopped');
    expect(await script.ended).toBe(0);
    queue = await startQueue();
  });
});
