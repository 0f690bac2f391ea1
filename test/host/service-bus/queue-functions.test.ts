import type { InvocationContext } from '@azure/functions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../src/host/start-host.ts';
import { ParkedMessageReceived } from '../../../src/model/hint-message.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';
import { startQueue, startQueueHost, type Queue } from '../support/start-queue.ts';
import { waitFor } from '../../../packages/local/test/support/wait-for.ts';

describe('a queue function', () => {
  const log = createSilentLogger();
  let queue: Queue;
  let host: Host | undefined;

  const start = async (hostJson?: Parameters<typeof startQueueHost>[2]): Promise<void> => {
    host = await startQueueHost(queue, log, hostJson);
  };
  const emptied = (): Promise<void> =>
    waitFor(() => expect(queue.counts()).toEqual({ active: 0, deadLetter: 0 }));

  beforeEach(async () => {
    log.lines.length = 0;
    queue = await startQueue();
  });
  afterEach(async () => {
    await host?.stop({ graceMs: 0 });
    host = undefined;
    await queue.stop();
  });

  it('gets the body as JSON where it is JSON and as text where it is not, and the message is then gone', async () => {
    const inputs: unknown[] = [];
    handlers.message = (input) => void inputs.push(input);
    await queue.send(
      { body: { key: 'a/b' } },
      { body: Buffer.from('no { json') },
      { body: Buffer.from('123') },
    );
    await start({ serviceBus: { maxConcurrentCalls: 1 } });
    await emptied();
    expect(inputs).toEqual([{ key: 'a/b' }, 'no { json', 123]);
  });

  it('that gives back a parked copy which came by failed at nothing that an operator would want to read', async () => {
    handlers.message = (_input, { triggerMetadata }) => {
      if (triggerMetadata?.['deliveryCount'] === 1) throw new ParkedMessageReceived();
    };
    await queue.send({ body: 'x' });
    await start();
    await emptied();
    const told = log.lines.filter(({ message }) => message === new ParkedMessageReceived().message);
    expect(told).toMatchObject([{ level: 'debug', fields: { function: 'mirror', deliveryCount: 1 } }]);
    expect(told[0]?.fields).not.toHaveProperty('error');
    expect(log.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  it('gets the properties of the message as Azure Functions gives them', async () => {
    let context: InvocationContext | undefined;
    handlers.message = (_input, given) => void (context = given);
    await queue.send({
      body: {},
      messageId: 'id-1',
      correlationId: 'c-1',
      contentType: 'application/json',
      subject: 'blob created',
      applicationProperties: { attempt: 2, firstSeen: '2024-05-06T07:08:09.010Z' },
    });
    await start();
    await emptied();
    const metadata = context?.triggerMetadata;
    expect(context?.functionName).toBe('mirror');
    expect(context?.options.trigger.type).toBe('serviceBusTrigger');
    expect(metadata).toMatchObject({
      messageId: 'id-1',
      correlationId: 'c-1',
      contentType: 'application/json',
      subject: 'blob created',
      label: 'blob created',
      deliveryCount: 1,
      sequenceNumber: 1,
      applicationProperties: { attempt: 2, firstSeen: '2024-05-06T07:08:09.010Z' },
      userProperties: { attempt: 2 },
    });
    expect(metadata?.['lockToken']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.abs(Date.parse(String(metadata?.['enqueuedTimeUtc'])) - Date.now())).toBeLessThan(3_600_000);
  });

  it('gets members of a body in the place of properties of the same name, as Azure Functions gives them', async () => {
    const given: unknown[] = [];
    handlers.message = (_input, { triggerMetadata }) => void given.push(triggerMetadata);
    const forged = { MESSAGEID: 'forged', deliveryCount: 7, applicationProperties: { Root: 'x' }, to: [1] };
    const deep = `{"messageId":"x","a":${'['.repeat(9_000)}${']'.repeat(9_000)}}`;
    await queue.send(
      { body: forged, messageId: 'id-1', to: 'here' },
      { body: [forged], messageId: 'id-2' },
      { body: Buffer.from(deep), messageId: 'id-3' },
    );
    await start({ serviceBus: { maxConcurrentCalls: 1 } });
    await emptied();
    expect(given).toMatchObject([
      { messageId: 'forged', deliveryCount: 7, applicationProperties: { root: 'x' }, to: 'here' },
      { messageId: 'id-2', deliveryCount: 1, applicationProperties: {} },
      { messageId: 'id-3' },
    ]);
  });

  it('that throws gets the message again, counted, until it is in the dead-letter queue', async () => {
    const counts: unknown[] = [];
    handlers.message = (_input, { triggerMetadata }) => {
      counts.push(triggerMetadata?.['deliveryCount']);
      throw new Error('not today');
    };
    await queue.send({ body: 'x', messageId: 'poison' });
    await start();
    await waitFor(() => expect(queue.counts()).toEqual({ active: 0, deadLetter: 1 }));
    expect(counts).toEqual([1, 2, 3]);
    const failures = log.lines.filter(({ level }) => level === 'error');
    expect(failures).toHaveLength(3);
    expect(failures[2]).toMatchObject({
      message: 'Function failed',
      fields: { function: 'mirror', messageId: 'poison', deliveryCount: 3, error: { message: 'not today' } },
    });
  });

  it('settles messages that have no id, and messages that share one', async () => {
    let handled = 0;
    handlers.message = () => ++handled;
    await queue.send(
      { body: 1 },
      { body: 2 },
      { body: 3, messageId: 'same' },
      { body: 4, messageId: 'same' },
    );
    await start();
    await emptied();
    expect(handled).toBe(4);
    expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('settles each message by its own outcome when many end in the same tick', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    let entered = 0;
    const fail = new Set([1, 2, 5, 7]);
    const failed: unknown[] = [];
    handlers.message = async (input, { triggerMetadata }) => {
      if (triggerMetadata?.['deliveryCount'] === 1) {
        if (++entered === 8) open();
        await gate;
        if (fail.has(Number(input))) throw new Error('this one fails');
      } else {
        failed.push(input);
      }
    };
    await queue.send(...Array.from({ length: 8 }, (_, body) => ({ body })));
    await start();
    await emptied();
    expect(new Set(failed)).toEqual(fail);
  });

  it('runs as many messages at a time as host.json says, and no more', async () => {
    let atOnce = 0;
    let most = 0;
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    handlers.message = async () => {
      most = Math.max(most, ++atOnce);
      if (atOnce === 70) open();
      await gate;
      await new Promise(setImmediate);
      atOnce--;
    };
    await queue.send(...Array.from({ length: 200 }, (_, body) => ({ body })));
    // More than there are links.
    await start({ serviceBus: { maxConcurrentCalls: 70 } });
    await emptied();
    expect(most).toBe(70);
  });

  it('that outlives functionTimeout loses its message, which comes again', async () => {
    const counts: unknown[] = [];
    const { promise: never, resolve: end } = Promise.withResolvers<void>();
    handlers.message = async (_input, { triggerMetadata }) => {
      counts.push(triggerMetadata?.['deliveryCount']);
      if (counts.length === 1) await never;
    };
    await queue.send({ body: 'x' });
    await start({ functionTimeout: '00:00:00.3' });
    await emptied();
    end();
    expect(counts).toEqual([1, 2]);
    expect(log.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { error: { message: 'The handler did not end within functionTimeout of host.json' } } },
    ]);
  });
});
