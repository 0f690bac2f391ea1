import { ReadableStream } from 'node:stream/web';
import type { InvocationContext } from '@azure/functions';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseHostJson } from '../../src/host/host-json.ts';
import { startHost, type Host } from '../../src/host/start-host.ts';
import { fromTrigger } from '../../src/intake/incoming-message.ts';
import { createWorkerLogger } from '../../src/telemetry/line-logger.ts';
import { inInvocation } from '../../src/telemetry/worker-log.ts';
import { handlers } from '../host/support/handlers.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { startQueue, type Queue } from '../host/support/start-queue.ts';
import { waitFor } from '../../packages/local/test/support/wait-for.ts';

const log = createSilentLogger();

async function start(fixture: string, settings: Record<string, string> = {}): Promise<Host> {
  return await startHost({
    registrations: [new URL(`../host/fixtures/${fixture}.mjs`, import.meta.url)],
    settings,
    hostJson: parseHostJson({}),
    httpPort: 0,
    asAzure: true,
    log,
  });
}

beforeEach(() => {
  log.lines.length = 0;
});

describe('an HTTP function on Azure', () => {
  let host: Host;
  const call = async (path = 'items/latest', init: RequestInit = {}): Promise<Response> =>
    await fetch(`${host.baseUrl ?? ''}/api/${path}`, init);

  beforeAll(async () => {
    host = await start('http');
  });
  afterAll(async () => await host.stop());

  it('that throws, or whose body breaks halfway, is answered with an error', async () => {
    handlers.http = () => {
      throw new Error('no');
    };
    expect((await call()).status).toBe(500);
    let pieces = 0;
    handlers.http = () => ({
      body: new ReadableStream({
        pull: (controller) => {
          if (pieces++ < 3) controller.enqueue(Buffer.from('piece'));
          else controller.error(new Error('broken'));
        },
      }),
    });
    expect((await call()).status).toBe(500);
  });

  it('that returns nothing is answered without a body', async () => {
    handlers.http = () => undefined;
    expect((await call()).status).toBe(204);
  });

  it('has its whole body made before a client reads any of it', async () => {
    const made = Promise.withResolvers<void>();
    handlers.http = () => ({
      headers: { 'x-name': 'value' },
      status: 201,
      body: ReadableStream.from(
        (async function* () {
          for (let i = 0; i < 50; i++) yield await Promise.resolve(Buffer.alloc(65_536));
          made.resolve();
        })(),
      ),
    });
    const answer = await call();
    await made.promise;
    expect([answer.status, answer.headers.get('x-name')]).toEqual([201, 'value']);
    expect((await answer.arrayBuffer()).byteLength).toBe(50 * 65_536);
  });

  it('gets method, path, query, headers and body', async () => {
    handlers.http = async (request) => ({
      jsonBody: [
        request.method,
        new URL(request.url).pathname,
        await request.text(),
        request.headers.get('x-a'),
      ],
    });
    const answer = await call('echo', { method: 'POST', body: 'hello', headers: { 'x-a': 'b' } });
    expect(await answer.json()).toEqual(['POST', '/api/echo', 'hello', 'b']);
  });
});

describe('a queue function on Azure', () => {
  let queue: Queue;
  let host: Host | undefined;

  beforeEach(async () => {
    queue = await startQueue();
  });
  afterEach(async () => {
    await host?.stop({ graceMs: 0 });
    await queue.stop();
  });

  async function receive(...messages: Parameters<Queue['send']>): Promise<[unknown, InvocationContext][]> {
    const calls: [unknown, InvocationContext][] = [];
    handlers.message = (input, context) => void calls.push([input, context]);
    await queue.send(...messages);
    host = await start('queue', { BUS: queue.connectionString, QUEUE: 'events' });
    await waitFor(() => expect(queue.counts()).toEqual({ active: 0, deadLetter: 0 }));
    return calls;
  }

  it('gets times without a zone, lowered names in properties too, and every member of the body', async () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const [[, context] = []] = await receive({
      body: { id: 'e', data: { url: 'x' }, keys: ['k'] },
      messageId: 'm1',
      timeToLive: 60_000,
      applicationProperties: { 'Diagnostic-Id': trace, 'blobmirror-attempts': 3 },
    });
    const zoneless = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+$/) as string;
    expect(context?.triggerMetadata).toMatchObject({
      messageId: 'm1',
      deliveryCount: 1,
      enqueuedTimeUtc: zoneless,
      enqueuedTime: expect.stringMatching(/\+00:00$/) as string,
      expiresAtUtc: zoneless,
      applicationProperties: { 'diagnostic-Id': trace, 'blobmirror-attempts': 3 },
      id: 'e',
      data: { url: 'x' },
    });
    expect(context?.triggerMetadata).not.toHaveProperty('keys');
    const message = fromTrigger({}, context as InvocationContext);
    expect(Math.abs(message.enqueuedTime.getTime() - Date.now())).toBeLessThan(3_600_000);
    expect((message.expiresAt?.getTime() ?? 0) - message.enqueuedTime.getTime()).toBe(60_000);
  });

  it('whose event forges the metadata is not believed', async () => {
    const body = { messageId: 'other', DeliveryCount: 1, enqueuedTimeUtc: '9999-01-01', expiresAtUtc: 'x' };
    const [[input, context] = []] = await receive({ body, messageId: 'm1' });
    expect(context?.triggerMetadata).toMatchObject({ messageId: 'other', deliveryCount: 1 });
    const message = fromTrigger(input, context as InvocationContext);
    expect(message).toMatchObject({
      messageId: context?.invocationId,
      deliveryCount: 2,
      expiresAt: undefined,
    });
  });

  it('writes lines at their level, of which the host drops those of an invocation that has ended', async () => {
    const lines = createWorkerLogger('debug');
    const late: (() => void)[] = [];
    handlers.message = async (_input, context) =>
      await inInvocation(context, () => {
        lines.info('mirrored', { key: 'errors/warn.txt' });
        lines.warn('will be tried again');
        late.push(
          () => context.error('late'),
          () => lines.error('in the background'),
        );
      });
    await queue.send({ body: {} });
    host = await start('queue', { BUS: queue.connectionString, QUEUE: 'events' });
    await waitFor(() => expect(queue.counts()).toEqual({ active: 0, deadLetter: 0 }));
    for (const write of late) write();
    expect(
      log.lines
        .filter(({ message }) => /mirrored|tried again|late|background/.test(message))
        .map(({ level, message, fields }) => [level, message, fields['key'], fields['function']]),
    ).toEqual([
      ['info', 'mirrored', 'errors/warn.txt', 'mirror'],
      ['warn', 'will be tried again', undefined, 'mirror'],
      ['error', 'in the background', undefined, undefined],
    ]);
  });
});
