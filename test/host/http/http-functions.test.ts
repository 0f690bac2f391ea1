import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '@azure/functions';
import { parseHostJson } from '../../../src/host/host-json.js';
import { startHost, type Host } from '../../../src/host/start-host.js';
import { setHandlers } from '../support/handlers.js';
import { recordingLog } from '../support/recording-log.js';

const registrations = [new URL('../fixtures/http.mjs', import.meta.url)];

describe('HTTP functions', () => {
  const log = recordingLog();
  let host: Host;
  let api: string;

  beforeAll(async () => {
    host = await startHost({ registrations, settings: {}, hostJson: parseHostJson({}), httpPort: 0, log });
    api = `${host.baseUrl ?? ''}/api`;
  });
  afterAll(() => host.stop());
  beforeEach(() => {
    log.lines.length = 0;
  });

  /** A handler that answers with what reached it. */
  const show = (request: unknown): unknown => {
    const { method, params, query, url } = request as HttpRequest;
    return { jsonBody: { method, params, query: Object.fromEntries(query), path: new URL(url).pathname } };
  };

  it('get path parameters, query and method', async () => {
    setHandlers({ item: show });
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

  it('are chosen by the most exact route, whatever the order of registration and the case of the path', async () => {
    setHandlers({ item: show, latest: () => ({ body: 'latest' }), file: show });
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
    expect(await noPath.text()).toContain('No function serves /api/nothing');
    expect(await noMethod.text()).toContain('No function serves GET /api/echo');
    expect((await fetch(`${api}/files/%E0%A4%A`)).status).toBe(400);
  });

  it('stream a request body in and a response body out', async () => {
    setHandlers({ echo: (request) => ({ body: (request as HttpRequest).body, status: 201 }) });
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

  it('may set headers and cookies, or return nothing at all', async () => {
    setHandlers({
      latest: () => ({
        status: 202,
        headers: { 'x-a': '1' },
        cookies: [{ name: 'c', value: 'v', httpOnly: true }],
      }),
      item: () => undefined,
    });
    const response = await fetch(`${api}/items/latest`);
    expect(response.status).toBe(202);
    expect(response.headers.get('x-a')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual(['c=v; HttpOnly']);
    expect((await fetch(`${api}/items/1`)).status).toBe(204);
  });

  it('answer 500 and log one line when the handler throws, or returns what is no response', async () => {
    setHandlers({
      latest: () => {
        throw new Error('secret detail');
      },
      item: () => 'text',
    });
    const thrown = await fetch(`${api}/items/latest`);
    expect(thrown.status).toBe(500);
    expect(await thrown.text()).not.toContain('secret detail');
    expect((await fetch(`${api}/items/1`)).status).toBe(500);
    expect(log.lines).toMatchObject([
      {
        level: 'error',
        message: 'Function failed',
        fields: { function: 'latest', error: { message: 'secret detail' } },
      },
      { level: 'error', message: 'Function returned what is no HTTP response', fields: { function: 'item' } },
    ]);
  });

  it('write their log lines with the name of the function and the id of the invocation', async () => {
    let invocation = '';
    setHandlers({
      latest: (_request, context) => {
        invocation = context.invocationId;
        context.warn('low on', 3, { left: 1 });
      },
    });
    await fetch(`${api}/items/latest`);
    expect(log.lines).toEqual([
      { level: 'warn', message: 'low on 3 { left: 1 }', fields: { function: 'latest', invocation } },
    ]);
  });

  it('are let end when the host stops, and cut off when they do not end in time', async () => {
    const other = await startHost({
      registrations,
      settings: {},
      hostJson: parseHostJson({}),
      httpPort: 0,
      log,
    });
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const { promise: finish, resolve: end } = Promise.withResolvers<void>();
    setHandlers({
      latest: async () => {
        enter();
        await finish;
        return { body: 'done' };
      },
    });
    const answer = fetch(`${other.baseUrl ?? ''}/api/items/latest`);
    await entered;
    const stopped = other.stop();
    await expect(fetch(`${other.baseUrl ?? ''}/api/items/latest`)).rejects.toThrow();
    end();
    expect(await (await answer).text()).toBe('done');
    await stopped;
  });

  it('stop the start when their port is taken', async () => {
    const port = Number(new URL(api).port);
    await expect(
      startHost({ registrations, settings: {}, hostJson: parseHostJson({}), httpPort: port, log }),
    ).rejects.toMatchObject({ code: 'port-taken', message: expect.stringContaining(String(port)) as string });
  });
});
