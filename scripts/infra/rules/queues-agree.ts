import { QUEUES } from '@blobmirror/local/connections';
import type { BicepFile, Expression } from '../bicep/ast.ts';
import { propertyOf } from '../bicep/property-of.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';
import { appSettings, parametersOf } from '../settings/app-settings.ts';
import { evaluate, isValueObject, type Value } from '../settings/evaluate.ts';
import { registeredFunctions } from '../settings/registered-functions.ts';
import { toEnvironment } from '../settings/to-environment.ts';
import { WALK_THROUGHS } from '../settings/walk-throughs.ts';
import { MAIN } from '../sources.ts';
import { toMilliseconds } from './to-milliseconds.ts';

const PATH = 'infra/app/service-bus.bicep';

/** The queues of the template are those that the triggers take from, with the properties that the embedded ones have. */
export const queuesAgree: Rule = async (project) => {
  const findings: string[] = [];
  const main = {
    file: project.fileOf(MAIN),
    parameters: new Map(Object.entries(WALK_THROUGHS['a new source'] ?? {})),
  };
  const module = [...main.file.modules.values()].find(({ path }) => `infra/${path}` === PATH);
  const file = project.files.get(PATH);
  if (module === undefined || file === undefined)
    return [{ rule: 'queues', path: PATH, message: 'is not there' }];
  const given = new Map<string, Value>(
    parametersOf(module).map(([name, value]) => [name, evaluate(value, main)]),
  );
  const made = queuesOf(file, given);

  const names = new Set(made.map(({ name }) => name));
  const env = toEnvironment(appSettings(project, WALK_THROUGHS['a new source'] ?? {}) ?? {});
  for (const { name, bindings } of await registeredFunctions(env)) {
    for (const { queueName } of Object.values(bindings)) {
      if (typeof queueName !== 'string') continue;
      const queue = queueName.replaceAll(/%([^%]+)%/g, (_all, setting: string) => env[setting] ?? '');
      if (!names.has(queue))
        findings.push(`the function ${name} takes from ${queue || queueName}, which nobody makes`);
    }
  }
  for (const {
    name,
    maxDeliveryCount,
    defaultTimeToLiveMs,
    deadLetterOnExpiration,
    duplicateDetectionWindowMs,
  } of QUEUES) {
    const queue = made.find((each) => each.name === name);
    if (queue === undefined) {
      findings.push(`the queue ${name} of the embedded environment is not made`);
      continue;
    }
    const expected = {
      maxDeliveryCount,
      defaultMessageTimeToLive: defaultTimeToLiveMs,
      deadLetteringOnMessageExpiration: deadLetterOnExpiration,
      requiresDuplicateDetection: true,
      duplicateDetectionHistoryTimeWindow: duplicateDetectionWindowMs,
      requiresSession: false,
    };
    for (const [property, value] of Object.entries(expected)) {
      const said = queue.properties[property];
      if ((typeof value === 'number' ? toMilliseconds(said) : said) !== value)
        findings.push(`${name} has another ${property} than the embedded queue`);
    }
  }
  return findings.map((message): Finding => ({ rule: 'queues', path: PATH, message }));
};

function queuesOf(
  file: BicepFile,
  parameters: ReadonlyMap<string, Value>,
): readonly { readonly name: Value; readonly properties: Readonly<Record<string, Value>> }[] {
  const context = { file, parameters };
  const of = (expression: Expression | undefined): Value =>
    expression === undefined ? null : evaluate(expression, context);
  return [...file.resources.values()]
    .filter(({ type }) => type === 'Microsoft.ServiceBus/namespaces/queues')
    .map(({ body }) => {
      const properties = of(propertyOf(body, 'properties'));
      return { name: of(propertyOf(body, 'name')), properties: isValueObject(properties) ? properties : {} };
    });
}
