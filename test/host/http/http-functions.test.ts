import { once } from 'node:events';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { HttpRequest } from '@azure/functions';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseHostJson } from '../../../src/host/host-json.ts';
import { startHost, type Host } from '../../../src/host/start-host.ts';
import { failureOf } from '../support/failure-of.ts';
import { handlers } from '../support/handlers.ts';
import { createSilentLogger } from '../../support/silent-logger.ts';

const A_DAY_MS = 86_400_000;

const log = createSilentLogger();

function start(httpPort = 0): Promise<Host> {
  const registrations = [new URL('../fixtures/http.mjs', import.meta.url)];
  return startHost({ registrations, settings: {}, hostJson: parseHostJson({}), httpPort, log });
}

/** A handler that answers with what reached it. */
const show = ({ method, params, query, url }: HttpRequest): unknown => ({
  jsonBody: { method, params, query: Object.fromEntries(query), path: new URL(url).pathname },
});

/** A host with one request in hand, which `end` lets go. */
async function startWithRequest() {
  const host = await start();
  const url = `${host.baseUrl ?? ''}/api/items/latest`;
  const entered = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  handlers.http = async () => {
    entered.resolve();
    await finish.promise;
    return { body: 'done' };
  };
  const answer = fetch(url);
  await entered.promise;
  return { host, url, answer, end: finish.resolve };
}

describe('HTTP functions', () => {
  let host: Host;
  let api: string;

  beforeAll(async () => {
    host = await start();
    api = `${host.baseUrl ?? ''}/api`;
  });
  afterAll(() => host.stop());
  beforeEach(() => {
    log.lines.length = 0;
  });

  it('get path parameters, query and method', async () => {
    handlers.http = show;
    const response = await fetch(`${api}/items/7/full?deep=yes`, { method: 'DELETE' });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      method: 'DELETE',
      params: { id: '7', view: 'full' },
      query: { deep: 'yes' },
      path: '/api/items/7/full',
    });
  });

  it('are tried in the order of their names, as in Azure: the first that matches is called, not the most exact', async () => {
    handlers.http = (_request, { functionName }) => ({ body: functionName });
    expect(await (await fetch(`${api}/named/exactly`)).text()).toBe('named-any');
  });

  it('get the path without regard to its case, and with what their parameters match', async () => {
    handlers.http = (request, { functionName }) =>
      functionName === 'latest' ? { body: 'latest' } : show(request);
    expect(await (await fetch(`${api}/Items/LATEST`)).text()).toBe('latest');
    expect(await (await fetch(`${api}/items/-3`)).json()).toMatchObject({ params: { id: '-3' } });
    expect(await (await fetch(`${api}/files/a%20b/c/d.txt`)).json()).toMatchObject({
      params: { path: 'a b/c/d.txt' },
    });
    expect(await (await fetch(`${api}/files`)).json()).toMatchObject({ params: {} });
  });

  it('answer 404 for a path without a function, and for a method that no function of the path takes', async () => {
    const noPath = await fetch(`${api}/nothing`);
    const noMethod = await fetch(`${api}/echo`);
    expect([noPath.status, noMethod.status]).toEqual([404, 404]);
    // Answers of the host itself, which a browser must neither keep nor take for a page.
    expect(noPath.headers.get('cache-control')).toBe('no-store');
    expect(noPath.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await noPath.text()).toContain('No function serves /api/nothing');
    expect(await noMethod.text()).toContain('No function serves GET /api/echo');
    expect((await fetch(`${api}/files/%E0%A4%A`)).status).toBe(400);
  });

  it.each([
    ['127.0.0.1', 200],
    ['localhost:PORT', 200],
    ['LOCALHOST', 200],
    ['[::1]:PORT', 200],
    ['evil.example', 403],
    ['evil.example:PORT', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:PORT', 403],
    ['192.168.0.1', 403],
  ])(
    'answer the Host header %s with %i, since a name that is not of this machine was rebound to it',
    async (name, status) => {
      let calls = 0;
      handlers.http = () => ({ body: String(++calls) });
      const { port } = new URL(api);
      const named = name.replace('PORT', port);
      const sent = sendRequest({
        hostname: '127.0.0.1',
        port,
        path: '/api/items/latest',
        headers: { host: named },
      }).end();
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.resume();
      expect([answer.statusCode, calls]).toEqual([status, status === 200 ? 1 : 0]);
    },
  );

  it('stream a request body in and a response body out', async () => {
    handlers.http = ({ body }) => ({ body, status: 201 });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const answered = fetch(`${api}/echo`, { method: 'POST', body: readable, duplex: 'half' });
    await writer.write(Buffer.from('first'));
    const response = await answered;
    expect(response.status).toBe(201);
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    // The answer has begun while the request is not yet over: nothing waits for the whole.
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('first');
    await writer.write(Buffer.from('second'));
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('second');
    await writer.close();
    expect((await reader.read()).done).toBe(true);
  });

  it('may set status, headers and cookies', async () => {
    const cookies = [
      { name: 'c', value: 'v', httpOnly: true },
      { name: 'd', value: 'w' },
    ];
    handlers.http = () => ({ status: 202, headers: { 'x-a': '1' }, cookies });
    const response = await fetch(`${api}/items/latest`);
    expect(response.status).toBe(202);
    expect(response.headers.get('x-a')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual(['c=v; HttpOnly', 'd=w']);
  });

  it('may return nothing, which is 204', async () => {
    handlers.http = () => undefined;
    expect((await fetch(`${api}/items/1`)).status).toBe(204);
  });

  it.each([204, 304])('may answer %i, which has no body whatever they return', async (status) => {
    handlers.http = () => ({ status, body: 'text' });
    const response = await fetch(`${api}/items/1`);
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  it('answer 500 without the reason, and log it, when the handler throws', async () => {
    handlers.http = () => {
      throw new Error('secret detail');
    };
    const response = await fetch(`${api}/items/latest`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret detail');
    const fields = { function: 'latest', error: { message: 'secret detail' } };
    expect(log.lines).toMatchObject([{ level: 'error', message: 'Function failed', fields }]);
  });

  it('answer 500 when the handler returns what is no response', async () => {
    handlers.http = () => 'text';
    expect((await fetch(`${api}/items/1`)).status).toBe(500);
    expect(log.lines).toMatchObject([
      { level: 'error', message: 'Function returned no valid HTTP response', fields: { function: 'item' } },
    ]);
  });

  it('write their log lines with the name of the function and the id of the invocation', async () => {
    let invocation = '';
    handlers.http = (_request, context) => {
      invocation = context.invocationId;
      context.warn('low on', 3, { left: 1 });
    };
    await fetch(`${api}/items/latest`);
    const fields = { function: 'latest', invocation };
    expect(log.lines).toEqual([{ level: 'warn', message: 'low on 3 { left: 1 }', fields }]);
  });

  it('stop the start when their port is taken', async () => {
    const { port } = new URL(api);
    const { code, message } = await failureOf(start(Number(port)));
    expect(code).toBe('port-taken');
    expect(message).toContain(port);
  });
});

describe('HTTP functions of a host that stops', () => {
  it('are let end, and the stop ends with them', async () => {
    const { host, url, answer, end } = await startWithRequest();
    const stopped = host.stop({ graceMs: A_DAY_MS });
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    end();
    expect(await (await answer).text()).toBe('done');
    await stopped;
  });

  it('have three seconds unless told otherwise', async () => {
    const { host, answer, end } = await startWithRequest();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const stopped = host.stop();
    await vi.advanceTimersByTimeAsync(2_999);
    vi.useRealTimers();
    end();
    expect(await (await answer).text()).toBe('done');
    await stopped;
  });

  it('are cut off when they do not end in time', async () => {
    const { host, answer, end } = await startWithRequest();
    const stopped = host.stop({ graceMs: 50 });
    await expect(answer).rejects.toThrow('fetch failed');
    await stopped;
    end();
  });
});
