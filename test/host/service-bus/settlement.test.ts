import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Invoke } from '../../../src/host/create-invoke.ts';
import { parseHostJson } from '../../../src/host/host-json.ts';
import type { RegisteredFunction } from '../../../src/host/functions-core.ts';
import type { ServiceBusTrigger } from '../../../src/host/parse-trigger.ts';
import { startServiceBus } from '../../../src/host/service-bus/start-service-bus.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

interface Handlers {
  processMessage(message: ServiceBusReceivedMessage): Promise<void>;
  processError(args: { readonly error: Error }): Promise<void>;
  postInitialize(): Promise<void>;
}

const NEVER = new AbortController().signal;
const AT_ONCE = AbortSignal.abort();
const LOCK_MS = 30_000;

/** A queue function on a client of the test's own: what the broker would send is sent by the test. */
function start(
  invoke: Invoke,
  {
    serviceBus = {},
    ...changes
  }: Partial<ServiceBusTrigger> & { readonly serviceBus?: Readonly<Record<string, unknown>> } = {},
) {
  const settlements: string[] = [];
  const links: (Handlers & { readonly calls: number })[] = [];
  const renewals = { fails: false, count: 0 };
  const settle = (what: string) => async (message: ServiceBusReceivedMessage) => {
    await Promise.resolve();
    settlements.push(`${what} ${String(message.messageId)}`);
  };
  const client = {
    createReceiver: () => ({
      subscribe: (handlers: Handlers, { maxConcurrentCalls: calls }: { maxConcurrentCalls: number }) => {
        links.push({ ...handlers, calls });
        return { close: async () => {} };
      },
      completeMessage: settle('completed'),
      abandonMessage: settle('abandoned'),
      renewMessageLock: async (message: { lockedUntilUtc?: Date }) => {
        renewals.count++;
        await Promise.resolve();
        if (renewals.fails) throw new Error('the connection is away');
        message.lockedUntilUtc = new Date(Date.now() + LOCK_MS);
      },
    }),
  } as unknown as ServiceBusClient;
  const trigger: ServiceBusTrigger = {
    type: 'serviceBusTrigger',
    registered: {} as RegisteredFunction,
    name: 'mirror',
    binding: 'trigger',
    queue: 'events',
    connection: { kind: 'connection-string', connectionString: '' },
    autoComplete: undefined,
    binary: false,
    ...changes,
  };
  const { serviceBus: settings } = parseHostJson({
    extensions: { serviceBus: { maxConcurrentCalls: 2, ...serviceBus } },
  });
  const log = createSilentLogger();
  const running = startServiceBus(trigger, { client, settings, invoke, log });
  const receive = (messageId: string, more: Partial<ServiceBusReceivedMessage> = {}) => {
    const message = { messageId, body: '{}', lockedUntilUtc: new Date(Date.now() + LOCK_MS), ...more };
    const link = links[0];
    if (link === undefined) throw new Error('there is no link');
    return link.processMessage(message as ServiceBusReceivedMessage);
  };
  return { running, settlements, links, receive, log, renewals };
}

/** Handlers that end when the test ends them. */
function pending() {
  const ends: (() => void)[] = [];
  const invoke: Invoke = async () => await new Promise<void>((resolve) => ends.push(resolve));
  return { invoke, ends };
}

const succeed: Invoke = async () => await Promise.resolve();
const fail: Invoke = async () => await Promise.reject(new Error('it failed'));

describe('a message', () => {
  it.each([
    ['succeeds', succeed, undefined, ['completed m']],
    ['fails', fail, undefined, ['abandoned m']],
    // The app settles its messages itself; one that failed comes again at once all the same.
    ['succeeds, and settles it', succeed, false, []],
    ['fails, and was to settle it', fail, false, ['abandoned m']],
  ] as const)('whose handler %s is settled once', async (_, invoke, autoComplete, expected) => {
    const { receive, settlements } = start(invoke, { autoComplete });
    await receive('m');
    expect(settlements).toEqual(expected);
  });

  it('that cannot be handed to the function is given back, and nothing of it is lost', async () => {
    const invoke = vi.fn<Invoke>(succeed);
    const { receive, settlements, log } = start(invoke);
    await receive('m', { body: 1n });
    expect(settlements).toEqual(['abandoned m']);
    expect(invoke).not.toHaveBeenCalled();
    expect(log.lines).toMatchObject([{ level: 'error', fields: { messageId: 'm', queue: 'events' } }]);
  });

  it('reaches the function as text, or as bytes where the function asks for them', async () => {
    const inputs: unknown[] = [];
    const keep: Invoke = async (_, input) => await Promise.resolve(inputs.push(input));
    for (const binary of [false, true])
      for (const body of ['a', Buffer.from('a')]) await start(keep, { binary }).receive('m', { body });
    const bytes = { bytes: Buffer.from('a') };
    expect(inputs).toEqual([{ string: 'a' }, { string: 'a' }, bytes, bytes]);
  });
});

describe('the links to a queue', () => {
  it.each([
    [3, [1, 1, 1]],
    [65, [2, ...Array.from({ length: 63 }, () => 1)]],
    [130, [3, 3, ...Array.from({ length: 62 }, () => 2)]],
  ])('receive %i messages at a time together', (maxConcurrentCalls, expected) => {
    const { links } = start(succeed, { serviceBus: { maxConcurrentCalls } });
    expect(links.map(({ calls }) => calls)).toEqual(expected);
  });

  it('tell an outage once, and its end when all of them are back', async () => {
    const { links, log } = start(succeed);
    const [one, other] = links;
    const told = () => log.lines.splice(0).map(({ level, message }) => `${level}: ${message}`);
    await one?.postInitialize();
    expect(told()).toEqual([]);
    await other?.postInitialize();
    expect(told()).toEqual(['info: receiving from the queue']);
    for (const link of links) await link.processError({ error: new Error('away') });
    expect(told()).toEqual(['warn: Messages of the queue cannot be received; retrying']);
    await one?.postInitialize();
    expect(told()).toEqual([]);
    await other?.postInitialize();
    expect(told()).toEqual(['info: receiving from the queue again']);
  });

  it('are no outage when the host stops', async () => {
    const { running, links, log } = start(succeed);
    await running.stop(NEVER);
    await links[0]?.processError({ error: new Error('closed') });
    expect(log.lines).toEqual([]);
  });
});

describe('a host that stops', () => {
  it('waits for the handlers that run, and completes their messages', async () => {
    const { invoke, ends } = pending();
    const { running, receive, settlements } = start(invoke);
    void receive('m');
    await nextTurn();
    let isStopped = false;
    const stopped = running.stop(NEVER).then(() => (isStopped = true));
    await nextTurn();
    expect([isStopped, settlements]).toEqual([false, []]);
    ends[0]?.();
    await stopped;
    expect(settlements).toEqual(['completed m']);
  });

  it('gives back the messages of handlers that do not end, and completes none of them later', async () => {
    const { invoke, ends } = pending();
    const { running, receive, settlements } = start(invoke);
    const received = receive('m');
    await nextTurn();
    await running.stop(AT_ONCE);
    expect(settlements).toEqual(['abandoned m']);
    ends[0]?.();
    await received;
    expect(settlements).toEqual(['abandoned m']);
  });

  it('gives back a message that comes meanwhile, without a handler', async () => {
    const invoke = vi.fn<Invoke>(succeed);
    const { running, receive, settlements } = start(invoke);
    await running.stop(NEVER);
    await receive('m');
    expect([settlements, invoke.mock.calls]).toEqual([['abandoned m'], []]);
  });
});

describe('the lock of a message', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('is renewed at half of its time until the handler ends, also after a renewal that failed', async () => {
    const { invoke, ends } = pending();
    const { receive, renewals } = start(invoke);
    void receive('m');
    await vi.advanceTimersByTimeAsync(LOCK_MS / 2 - 1);
    expect(renewals.count).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(renewals.count).toBe(1);
    renewals.fails = true;
    await vi.advanceTimersByTimeAsync(LOCK_MS / 2);
    expect(renewals.count).toBe(2);
    renewals.fails = false;
    // A quarter of its time is left.
    await vi.advanceTimersByTimeAsync(LOCK_MS / 4);
    expect(renewals.count).toBe(3);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(10 * LOCK_MS);
    expect(renewals.count).toBe(3);
  });

  it('is given up once it has expired, and after the longest time that host.json allows', async () => {
    const { invoke } = pending();
    const lost = start(invoke);
    lost.renewals.fails = true;
    void lost.receive('m');
    await vi.advanceTimersByTimeAsync(10 * LOCK_MS);
    // Each try comes at half of what is left, and not more than once a second.
    const tries = lost.renewals.count;
    expect(tries).toBeGreaterThan(3);
    await vi.advanceTimersByTimeAsync(10 * LOCK_MS);
    expect(lost.renewals.count).toBe(tries);

    const limited = start(invoke, { serviceBus: { maxAutoLockRenewalDuration: '00:01:00' } });
    void limited.receive('m');
    await vi.advanceTimersByTimeAsync(20 * LOCK_MS);
    expect(limited.renewals.count).toBe(2);
  });
});
