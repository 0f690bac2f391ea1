import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
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
vi.mock('../../src/wiring/open-identity.ts', () => ({
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
  expect(answer.headers.get('cache-control')).toBe(answer.ok ? 'no-store' : null);
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

it('every function but the page is below /api', () => {
  expect(http.length).toBeGreaterThan(2);
  for (const { route } of http.filter(({ name }) => !PAGE.has(name)))
    expect(route.template).toMatch(/^api\//);
});
