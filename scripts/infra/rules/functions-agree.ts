import { plainText } from '../bicep/plain-text.ts';
import { allExpressions } from '../bicep/all-expressions.ts';
import { walkExpression } from '../bicep/walk-expression.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';
import type { OpenProject } from '../open-project.ts';
import { appSettings, parametersOf } from '../settings/app-settings.ts';
import { evaluate, type ValueObject } from '../settings/evaluate.ts';
import { registeredFunctions } from '../settings/registered-functions.ts';
import { toEnvironment } from '../settings/to-environment.ts';
import { WALK_THROUGHS } from '../settings/walk-throughs.ts';
import { MAIN, type Sources } from '../sources.ts';

const OF_FUNCTION = /^function:(.+)$/;
const OVER_HOST_JSON = 'AzureFunctionsJobHost__';

/** What the template says of functions by name there is in the code; host.json and azure.yaml say what the template does. */
export const functionsAgree: Rule = async (project, sources) => {
  const settings = appSettings(project, WALK_THROUGHS['a new source'] ?? {}) ?? {};
  const registered = await registeredFunctions(toEnvironment(settings));
  return [
    ...unknownFunctions(project, new Set(registered.map(({ name }) => name))),
    ...otherThanHostJson(settings, sources),
    ...otherThanAzd(project, sources),
  ];
};

function unknownFunctions({ files }: OpenProject, names: ReadonlySet<string>): readonly Finding[] {
  const findings: Finding[] = [];
  for (const file of files.values()) {
    for (const expression of allExpressions(file)) {
      walkExpression(expression, (inner) => {
        const name = OF_FUNCTION.exec(plainText(inner) ?? '')?.[1];
        if (name === undefined || names.has(name)) return;
        findings.push({
          rule: 'functions',
          path: file.path,
          at: inner.at,
          message: `there is no function ${name}`,
        });
      });
    }
  }
  return findings;
}

function otherThanHostJson(settings: ValueObject, sources: Sources): readonly Finding[] {
  const hostJson: unknown = JSON.parse(sources.get('host.json') ?? '{}');
  return Object.entries(settings).flatMap(([name, value]) => {
    if (!name.startsWith(OVER_HOST_JSON)) return [];
    const path = name.slice(OVER_HOST_JSON.length).split('__');
    const said = path.reduce<unknown>(
      (at, part) => (at as Record<string, unknown> | undefined)?.[part],
      hostJson,
    );
    const [here, there] = [JSON.stringify(said), typeof value === 'string' ? value : 'not known'];
    if (here === there) return [];
    const message = `${path.join('.')} is ${here}, and ${there} in the template by default`;
    return [{ rule: 'functions', path: 'host.json', message }];
  });
}

function otherThanAzd(project: OpenProject, sources: Sources): readonly Finding[] {
  const azd = /^ {2}(\w+):$/m.exec((sources.get('azure.yaml') ?? '').split('\nservices:')[1] ?? '')?.[1];
  const main = project.fileOf(MAIN);
  const services = [...main.modules.values()].flatMap((module) =>
    parametersOf(module)
      .filter(([name]) => name === 'serviceName')
      .map(([, value]) => evaluate(value, { file: main, parameters: new Map() })),
  );
  if (services.length === 1 && services[0] === azd) return [];
  const message = `deploys the service ${azd}, and the app is ${JSON.stringify(services[0])}`;
  return [{ rule: 'functions', path: 'azure.yaml', message }];
}
