import { beforeAll, expect, it } from 'vitest';
import type { Environment } from '../../src/config/environment.ts';
import type { FunctionMetadata } from '../../src/host/functions-core.ts';
import { parseHostJson } from '../../src/host/host-json.ts';
import { type Trigger, parseTrigger } from '../../src/host/parse-trigger.ts';
import { readSources } from '../../scripts/infra/sources.ts';
import { registeredFunctions } from './deployment/registered-functions.ts';
import { toEnvironment } from './deployment/to-environment.ts';
import { readTemplate, readWalkThroughs, type WalkThrough } from './deployment/walk-through.ts';

let walkThroughs: readonly WalkThrough[];
let env: Environment;
let functions: readonly FunctionMetadata[];
let triggers: ReadonlyMap<string, Trigger>;

/** The settings of the app, as the template gives them. */
function settingsOf(name: string): Environment {
  const found = walkThroughs.find(({ path }) => path.endsWith(`/${name}.snapshot.json`));
  if (found === undefined) throw new Error(`there is no walk-through ${name}`);
  return toEnvironment(found);
}

beforeAll(async () => {
  const sources = await readSources(new URL('../../', import.meta.url));
  walkThroughs = readWalkThroughs(sources, readTemplate(sources));
  env = settingsOf('existing-source');
  functions = await registeredFunctions(env);
  const { routePrefix } = parseHostJson(JSON.parse(sources.get('host.json') ?? '{}'));
  triggers = new Map(
    functions.map((metadata) => [
      metadata.name,
      parseTrigger({ metadata, callback: () => undefined, model: noModel() }, env, routePrefix),
    ]),
  );
});

function noModel(): never {
  return undefined as never;
}

it('with the settings of the template every function is registered, and runs on our host', () => {
  expect([...triggers.keys()]).toEqual(
    expect.arrayContaining(['mirror', 'reconcile-shard', 'reconcile-timer', 'watch', 'canary', 'health']),
  );
});

it('the two triggers take from the two queues, by the identity of the template', () => {
  const queues = [...triggers.values()].flatMap((trigger) =>
    trigger.type === 'serviceBusTrigger' ? [trigger] : [],
  );
  expect(queues.map(({ name, queue, connection }) => ({ name, queue, connection }))).toEqual(
    [
      ['mirror', 'storage-events'],
      ['reconcile-shard', 'reconcile'],
    ].map(([name, queue]) => ({
      name,
      queue,
      connection: {
        kind: 'identity',
        namespace: 'mirror.servicebus.windows.net',
        clientId: env['BLOBMIRROR_SERVICE_BUS__clientId'],
      },
    })),
  );
});

it('full syncs begin when the template says', () => {
  const timer = functions.find(({ name }) => name === 'reconcile-timer');
  expect(Object.values(timer?.bindings ?? {})[0]).toMatchObject({
    type: 'timerTrigger',
    schedule: env['BLOBMIRROR_RECONCILE_SCHEDULE'],
  });
});

it('of the API, what asks for health needs no key, and everything else does', () => {
  const open = functions.flatMap(({ bindings }) =>
    Object.values(bindings).flatMap(({ type, authLevel, route }) =>
      type === 'httpTrigger' && authLevel === 'anonymous' ? [String(route)] : [],
    ),
  );
  const ofApi = open.filter((route) => route.startsWith('api/'));
  expect(ofApi).toContain('api/health');
  expect(ofApi.filter((route) => !route.startsWith('api/health'))).toEqual([]);
});

it('the page is at the root, where the host would have its own', () => {
  const page = [...triggers.values()].find(({ name }) => name === 'page');
  expect(page).toMatchObject({ type: 'httpTrigger', methods: ['GET'] });
  expect(env).toMatchObject({ AzureWebJobsDisableHomepage: 'true' });
});

it('a source in another tenant is read with the secret of the vault, and has no canary', () => {
  const elsewhere = settingsOf('another-tenant');
  expect(elsewhere).not.toHaveProperty('BLOBMIRROR_SOURCE__blobServiceUri');
  expect(elsewhere).toMatchObject({ BLOBMIRROR_CANARY: 'off' });
  expect(elsewhere['BLOBMIRROR_SOURCE']).toContain('SharedAccessSignature');
});

it('what the user sets goes before what the template would set', () => {
  expect(settingsOf('index-tags')).toMatchObject({ BLOBMIRROR_DELETES: 'keep', BLOBMIRROR_COPY: 'streamed' });
});
