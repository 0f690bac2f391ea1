import { beforeAll, expect, it } from 'vitest';
import type { Environment } from '../../src/config/environment.ts';
import type { FunctionMetadata } from '../../src/host/functions-core.ts';
import { parseHostJson } from '../../src/host/host-json.ts';
import { type Trigger, parseTrigger } from '../../src/host/parse-trigger.ts';
import { openProject, type OpenProject } from '../../scripts/infra/open-project.ts';
import { appSettings } from '../../scripts/infra/settings/app-settings.ts';
import { registeredFunctions } from '../../scripts/infra/settings/registered-functions.ts';
import { toEnvironment } from '../../scripts/infra/settings/to-environment.ts';
import { WALK_THROUGHS } from '../../scripts/infra/settings/walk-throughs.ts';
import { readSources } from '../../scripts/infra/sources.ts';

let project: OpenProject;
let env: Environment;
let functions: readonly FunctionMetadata[];
let triggers: ReadonlyMap<string, Trigger>;

/** The settings of the app, as the template gives them. */
function settingsOf(title: string): Environment {
  const settings = appSettings(project, WALK_THROUGHS[title] ?? {});
  if (settings === undefined) throw new Error(`the template gives no settings with ${title}`);
  return toEnvironment(settings);
}

beforeAll(async () => {
  const sources = await readSources(new URL('../../', import.meta.url));
  const opened = await openProject(sources);
  if (!('files' in opened)) throw new Error('infra/ cannot be read');
  project = opened;
  env = settingsOf('an existing source');
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
  const elsewhere = settingsOf('a source in another tenant');
  expect(elsewhere).not.toHaveProperty('BLOBMIRROR_SOURCE__blobServiceUri');
  expect(elsewhere).toMatchObject({ BLOBMIRROR_CANARY: 'off' });
  expect(elsewhere['BLOBMIRROR_SOURCE']).toContain('SharedAccessSignature');
});

it('what the user sets goes before what the template would set', () => {
  const parameters = {
    ...WALK_THROUGHS['a new source'],
    settings: { BLOBMIRROR_DELETES: 'keep', BLOBMIRROR_COPY: 'streamed' },
  };
  expect(appSettings(project, parameters)).toMatchObject({
    BLOBMIRROR_DELETES: 'keep',
    BLOBMIRROR_COPY: 'streamed',
  });
});
