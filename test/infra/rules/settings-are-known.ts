import { toBlobmirrorError } from '../../../src/model/errors.ts';
import type { Environment } from '../../../src/config/environment.ts';
import { describeUnknown, findUnknownSettings } from '../../../src/config/known-settings.ts';
import { readSettings } from '../../../src/config/settings.ts';
import type { Rule } from '../rule.ts';
import { registeredFunctions } from '../deployment/registered-functions.ts';
import { toEnvironment } from '../deployment/to-environment.ts';

/** Settings of the Functions host: learn.microsoft.com/azure/azure-functions/functions-app-settings */
const OF_HOST: ReadonlySet<string> = new Set([
  'AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls',
  'AzureWebJobsDisableHomepage',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
]);

/** What the host asks for: its own account by its identity, and its page left out. */
const HOST_NEEDS = [
  'AzureWebJobsDisableHomepage',
  'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__clientId',
  'AzureWebJobsStorage__credential',
];

/** Under each walk-through the app gets every setting it asks for, and none that nobody reads. */
export const settingsAreKnown: Rule = async ({ walkThroughs }) => {
  const messages: (readonly [string, string])[] = [];
  for (const walkThrough of walkThroughs)
    for (const message of await ofEnvironment(toEnvironment(walkThrough)))
      messages.push([walkThrough.path, message]);
  return messages;
};

async function ofEnvironment(env: Environment): Promise<readonly string[]> {
  const read = new Set<string>();
  try {
    readSettings(noting(env, read));
  } catch (error) {
    return [`the app does not start: ${toBlobmirrorError(error).message}`];
  }
  const needed = [
    ...HOST_NEEDS,
    // A trigger with a user-assigned identity takes all three.
    ...(await connectionsOfTriggers(env)).flatMap((name) =>
      ['fullyQualifiedNamespace', 'credential', 'clientId'].map((part) => `${name}__${part}`),
    ),
  ];
  // A worker only warns of most unknown names, and a blank value counts as not set: here neither may pass.
  const named = Object.fromEntries(Object.keys(env).map((name) => [name, 'any']));
  return [
    ...findUnknownSettings(named).map(
      (unknown) => `${describeUnknown(unknown)}: correct its name in infra/, or add it to src/config/`,
    ),
    ...needed.filter((name) => env[name] === undefined).map((name) => `${name} is not set`),
    ...Object.keys(env)
      .filter((name) => !read.has(name) && !OF_HOST.has(name) && !needed.includes(name))
      .map((name) => `nobody reads the setting ${name}`),
  ];
}

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
