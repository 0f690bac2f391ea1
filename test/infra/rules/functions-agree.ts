import type { Infra, Rule, Messages } from '../rule.ts';
import { registeredFunctions } from '../deployment/registered-functions.ts';
import { toEnvironment } from '../deployment/to-environment.ts';
import { appSettingsOf, at, resourcesOf, type WalkThrough } from '../deployment/walk-through.ts';

const OVER_HOST_JSON = 'AzureFunctionsJobHost__';

/** Functions that the template names there are in the code; host.json and azure.yaml say what the template does. */
export const functionsAgree: Rule = async (infra) => {
  const messages: (readonly [string, string])[] = [];
  for (const walkThrough of infra.walkThroughs) {
    messages.push(
      ...(await ofFunctions(walkThrough)),
      ...ofHostJson(walkThrough, infra),
      ...ofAzd(walkThrough, infra),
    );
  }
  return messages;
};

function appOf(walkThrough: WalkThrough) {
  return resourcesOf(walkThrough, 'Microsoft.Web/sites')[0];
}

async function ofFunctions(walkThrough: WalkThrough): Promise<Messages> {
  const known = (await registeredFunctions(toEnvironment(walkThrough))).map(({ name }) => `function:${name}`);
  const ready = at(appOf(walkThrough), 'properties.functionAppConfig.scaleAndConcurrency.alwaysReady') ?? [];
  return (ready as readonly { name: string }[])
    .filter(({ name }) => !known.includes(name))
    .map(({ name }) => [walkThrough.path, `there is no ${name.replace(':', ' ')}`] as const);
}

function ofHostJson(walkThrough: WalkThrough, { sources, template }: Infra): Messages {
  const hostJson: unknown = JSON.parse(sources.get('host.json') ?? '{}');
  const byDefault = template.parameters['concurrency']?.defaultValue;
  if (walkThrough.parameters['concurrency'] !== byDefault) return [];
  return Object.entries(appSettingsOf(walkThrough)).flatMap(([name, value]) => {
    if (!name.startsWith(OVER_HOST_JSON)) return [];
    const path = name.slice(OVER_HOST_JSON.length).split('__');
    const is = path.reduce<unknown>(
      (from, part) => (from as Record<string, unknown> | undefined)?.[part],
      hostJson,
    );
    if (JSON.stringify(is) === value) return [];
    return [
      ['host.json', `${path.join('.')} is ${JSON.stringify(is)}, and ${value} in the template by default`],
    ];
  });
}

function ofAzd(walkThrough: WalkThrough, { sources }: Infra): Messages {
  const azd = /^ {2}(\w+):$/m.exec((sources.get('azure.yaml') ?? '').split('\nservices:')[1] ?? '')?.[1];
  const service = at(appOf(walkThrough), 'tags.azd-service-name');
  if (service === azd) return [];
  return [['azure.yaml', `deploys the service ${azd}, and the app is ${JSON.stringify(service)}`]];
}
