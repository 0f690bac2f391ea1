import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readHostJson } from '../../src/host/host-json.ts';
import { byName } from '../../src/host/http/start-http.ts';
import type { RegisteredFunction } from '../../src/host/functions-core.ts';
import { loadRegistrations } from '../../src/host/load-registrations.ts';
import { type HttpTrigger, parseTrigger } from '../../src/host/parse-trigger.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { registrationOf, SETTINGS } from './support/start-app.ts';

const RESOURCES = readdirSync(new URL('../../src/functions/', import.meta.url))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));

/** How .NET may sort names, by the culture of the process: hyphens count for nothing in some. */
const ORDERS = {
  ordinal: byName,
  'without hyphens': (a: HttpTrigger, b: HttpTrigger) =>
    a.name.replaceAll('-', '') < b.name.replaceAll('-', '') ? -1 : 1,
  'of a dictionary': (a: HttpTrigger, b: HttpTrigger) => a.name.localeCompare(b.name, 'en'),
};

let functions: readonly RegisteredFunction[];
let http: readonly HttpTrigger[];

beforeAll(async () => {
  for (const [name, value] of Object.entries(SETTINGS)) vi.stubEnv(name, value);
  ({ functions } = await loadRegistrations(RESOURCES.map(registrationOf), createSilentLogger()));
  const { routePrefix } = await readHostJson(new URL('../../host.json', import.meta.url));
  http = functions
    .map((registered) => parseTrigger(registered, process.env, routePrefix))
    .filter((trigger) => trigger.type === 'httpTrigger');
});
afterAll(() => {
  vi.unstubAllEnvs();
});

/** The function that the host calls. */
function called(order: keyof typeof ORDERS, method: string, path: string): HttpTrigger | undefined {
  return http
    .toSorted(ORDERS[order])
    .find(({ methods, route }) => methods.includes(method) && route.match(path) !== undefined);
}

/** What architecture.md lists for tools outside, as the template of a route. */
function documentedRequests(): { method: string; path: string }[] {
  const text = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split(' | ')[0] ?? '').matchAll(/`(GET|POST) (\/[^?` ]*)/g)])
    .map(([, method = '', path = '']) => ({ method, path }));
}

it.each(Object.keys(ORDERS) as (keyof typeof ORDERS)[])(
  'every request of the documentation reaches its own function in the order of the host: %s',
  (order) => {
    const requests = documentedRequests();
    expect(requests.length).toBeGreaterThan(18);
    for (const { method, path } of requests) {
      const reached = called(order, method, path.replaceAll(/\b(?:ID|NAME)\b/g, 'x1'));
      const own = path.replaceAll(/\b(?:ID|NAME)\b/g, '{}').slice(1);
      const template = reached?.route.template.replaceAll(/\{[^}]*\}/g, '{}');
      expect([method, path, template]).toEqual([method, path, path === '/' ? '{}' : own]);
    }
  },
);

it.each(Object.keys(ORDERS) as (keyof typeof ORDERS)[])(
  'no function takes the requests of another: %s',
  (order) => {
    for (const trigger of http)
      for (const method of trigger.methods) {
        const path = `/${trigger.route.template.replaceAll(/\{[^}]*\?\}/g, '').replaceAll(/\{[^}]*\}/g, 'x1')}`;
        expect([method, path, called(order, method, path)?.name]).toEqual([method, path, trigger.name]);
      }
  },
);

it('every HTTP function is documented', () => {
  const documented = documentedRequests().map(
    ({ method, path }) => called('ordinal', method, path.replaceAll(/\b(?:ID|NAME)\b/g, 'x1'))?.name,
  );
  expect(http.map(({ name }) => name).filter((name) => !documented.includes(name))).toEqual([]);
});

it('the app asks for no streamed answers, with which a handler that throws gets no answer at all', async () => {
  expect(await functions[0]?.model.getCapabilities({})).toEqual({});
});
