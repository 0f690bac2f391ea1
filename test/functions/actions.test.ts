import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readHostJson } from '../../src/host/host-json.ts';
import { loadRegistrations } from '../../src/host/load-registrations.ts';
import { type HttpTrigger, parseTrigger } from '../../src/host/parse-trigger.ts';
import type { Host } from '../../src/host/start-host.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { createScriptedReconciler } from '../support/scripted-reconciler.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { admitted } from './support/admitted.ts';
import { registrationOf, SETTINGS, startApp } from './support/start-app.ts';

const reconciler = createScriptedReconciler();
const documents = new MemoryDocuments();

vi.mock('../../src/reconcile/runs/reconciler.ts', async (original) => ({
  ...(await original<object>()),
  createReconciler: () => reconciler,
}));
vi.mock('../../src/wiring/open-identity.ts', async (original) => ({
  ...(await original<object>()),
  openIdentity: () => admitted(documents.through(immediately)),
}));

const RESOURCES = readdirSync(new URL('../../src/functions/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const PAGE: ReadonlySet<string> = new Set(['page', 'page-asset']);
let host: Host;
let http: readonly HttpTrigger[];
let origin: string;

beforeAll(async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  http = await httpTriggers();
  host = await startApp(
    RESOURCES,
    createSilentLogger(),
    http.map(({ name }) => name),
  );
  origin = host.baseUrl ?? '';
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await host.stop();
});

/** The HTTP functions of the app. */
async function httpTriggers(): Promise<HttpTrigger[]> {
  const { functions } = await loadRegistrations(RESOURCES.map(registrationOf), createSilentLogger());
  const { routePrefix } = await readHostJson(new URL('../../host.json', import.meta.url));
  return functions
    .map((registered) => parseTrigger(registered, process.env, routePrefix))
    .filter((trigger) => trigger.type === 'httpTrigger');
}

const pathOf = ({ route }: HttpTrigger): string => `/${route.template.replaceAll(/\{[^}]*\}/g, '1')}`;

/** Begins a run, as whoever sends such headers. */
async function post(headers: Record<string, string>): Promise<{ status: number; code: unknown }> {
  reconciler.requests.length = 0;
  const answer = await fetch(`${origin}/api/reconcile`, { method: 'POST', headers });
  const body = (await answer.json()) as { error?: { code: string } };
  expect(reconciler.requests).toHaveLength(answer.status === 202 ? 1 : 0);
  return { status: answer.status, code: body.error?.code };
}

async function session(headers: Record<string, string> = {}): Promise<{ status: number; token: string }> {
  const answer = await fetch(`${origin}/api/session`, { headers });
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  return { status: answer.status, token: '', ...((await answer.json()) as object) };
}

const REFUSED = { status: 403, code: 'action-not-allowed' };
const ACCEPTED = { status: 202, code: undefined };

it('a page of the same origin acts with the token of its session', async () => {
  const { token } = await session({ 'sec-fetch-site': 'same-origin' });
  const own = { origin, 'sec-fetch-site': 'same-origin', 'x-blobmirror-token': token };
  expect(await post(own)).toEqual(ACCEPTED);
  expect(await post({ origin, 'x-blobmirror-token': token })).toEqual(ACCEPTED);
  expect(await post({ 'sec-fetch-site': 'same-origin', 'x-blobmirror-token': token })).toEqual(ACCEPTED);
});

it('a page of the same origin without a valid token is refused', async () => {
  for (const token of [
    {},
    { 'x-blobmirror-token': '' },
    { 'x-blobmirror-token': `mk0000000.${'A'.repeat(43)}` },
  ])
    expect(await post({ origin, 'sec-fetch-site': 'same-origin', ...token })).toEqual(REFUSED);
});

it('a page of another origin is refused, even with a valid token', async () => {
  const { token } = await session();
  const port = Number(new URL(origin).port);
  const others: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: `http://127.0.0.1:${port - 1}`, 'sec-fetch-site': 'same-site' },
    { origin: `http://127.0.0.1:${port}.evil.example` },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
  ];
  for (const other of others) {
    expect(await post({ ...other, 'x-blobmirror-token': token }), JSON.stringify(other)).toEqual(REFUSED);
    expect((await session(other)).status).toBe(403);
  }
});

it('a script outside a browser acts without a token', async () => {
  expect(await post({})).toEqual(ACCEPTED);
});

it('every function that takes a POST refuses one of another origin', async () => {
  const posted = http.filter(({ methods }) => methods.some((method) => !['GET', 'HEAD'].includes(method)));
  expect(posted.length).toBeGreaterThanOrEqual(2);
  for (const trigger of posted) {
    const headers = { origin: 'https://evil.example' };
    const answer = await fetch(`${origin}${pathOf(trigger)}`, { method: 'POST', headers });
    expect([trigger.name, answer.status]).toEqual([trigger.name, 403]);
  }
});

it('every answer of the API is kept by no cache and taken for nothing else, errors included', async () => {
  const api = http.filter(({ name }) => !PAGE.has(name));
  expect(api.length).toBeGreaterThan(15);
  const asked = api.flatMap(({ methods, ...trigger }) =>
    methods.map((method) => ({ name: trigger.name, path: pathOf(trigger as HttpTrigger), method })),
  );
  for (const { name, path, method } of [...asked, { name: 'none', path: '/api/none', method: 'GET' }]) {
    const answer = await fetch(`${origin}${path}`, { method });
    await answer.body?.cancel();
    const { headers } = answer;
    expect([name, headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
      name,
      'no-store',
      'nosniff',
    ]);
  }
});

describe('a body that is too large is refused before it is read', () => {
  /** Sends more than is allowed and never ends it. Resolves to the answer. */
  async function send(path: string, headers: Record<string, string>, chunks: number) {
    const sent = request(`${origin}${path}`, { method: 'POST', headers });
    // The server may close the connection once it has answered.
    sent.on('error', () => undefined);
    sent.flushHeaders();
    for (let i = 0; i < chunks; i++) sent.write('a'.repeat(65_536));
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const text = (await answer.toArray()).join('');
    sent.destroy();
    return { status: answer.statusCode, text };
  }

  const REFUSAL = '"code":"request-too-large","message":"the body is larger than 1,048,576 bytes"';

  it('by its declared size, in every function that changes something', async () => {
    for (const trigger of http.filter(({ methods }) => methods.includes('POST'))) {
      const { status, text } = await send(pathOf(trigger), { 'content-length': '1048577' }, 0);
      expect([trigger.name, status, text]).toEqual([
        trigger.name,
        413,
        expect.stringContaining(REFUSAL) as string,
      ]);
    }
  });

  it('by what has come, where no size is declared', async () => {
    documents.stored.clear();
    const { status, text } = await send('/api/pause', { 'transfer-encoding': 'chunked' }, 17);
    expect([status, text]).toEqual([413, expect.stringContaining(REFUSAL) as string]);
    expect(documents.stored.has('control/pause')).toBe(false);
  });
});

it('every function but the page is below /api', () => {
  expect(http.length).toBeGreaterThan(2);
  for (const { route } of http.filter(({ name }) => !PAGE.has(name)))
    expect(route.template).toMatch(/^api\//);
});
