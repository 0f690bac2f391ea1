import { toBlobmirrorError } from '../../../src/model/errors.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';
import { appSettings } from '../settings/app-settings.ts';
import { registeredFunctions } from '../settings/registered-functions.ts';
import { toEnvironment } from '../settings/to-environment.ts';
import { WALK_THROUGHS } from '../settings/walk-throughs.ts';

const PATH = 'infra/app/function-app.bicep';

/** Settings of the Functions host: learn.microsoft.com/azure/azure-functions/functions-app-settings */
const OF_HOST: ReadonlySet<string> = new Set([
  'AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls',
  'AzureWebJobsDisableHomepage',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
]);

/** What the host asks for: its own account by its identity. */
const HOST_NEEDS = [
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
];

/** Under each walk-through the app gets every setting it asks for, and none that nobody reads. */
export const settingsAreKnown: Rule = async (project) => {
  const findings = new Set<string>();
  for (const [title, parameters] of Object.entries(WALK_THROUGHS)) {
    const settings = appSettings(project, parameters);
    if (settings === undefined) {
      findings.add('appSettings is no map of the items of objects, so nothing can be said of it');
      continue;
    }
    const env = toEnvironment(settings);
    const read = new Set<string>();
    try {
      readSettings(noting(env, read));
    } catch (error) {
      findings.add(`with ${title}, the app does not start: ${toBlobmirrorError(error).message}`);
      continue;
    }
    const connections = await connectionsOfTriggers(env);
    const needed = [
      ...HOST_NEEDS,
      // A trigger with a user-assigned identity takes all three.
      ...connections.flatMap((name) =>
        ['fullyQualifiedNamespace', 'credential', 'clientId'].map((part) => `${name}__${part}`),
      ),
    ];
    for (const name of needed) if (env[name] === undefined) findings.add(`with ${title}, ${name} is not set`);
    for (const name of Object.keys(env))
      if (!read.has(name) && !OF_HOST.has(name) && !needed.includes(name))
        findings.add(`nobody reads the setting ${name}`);
  }
  return [...findings].map((message): Finding => ({ rule: 'settings', path: PATH, message }));
};

function noting(env: Environment, read: Set<string>): Environment {
  return new Proxy(env, {
    get: (target, name) => {
      read.add(String(name));
      return Reflect.get(target, name) as unknown;
    },
  });
}

async function connectionsOfTriggers(env: Environment): Promise<readonly string[]> {
  const functions = await registeredFunctions(env);
  const connections = functions.flatMap(({ bindings }) =>
    Object.values(bindings).flatMap(({ connection }) => (typeof connection === 'string' ? [connection] : [])),
  );
  return [...new Set(connections)];
}
