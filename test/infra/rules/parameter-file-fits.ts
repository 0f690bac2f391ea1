import type { Rule } from '../rule.ts';
import type { Template, WalkThrough } from '../deployment/walk-through.ts';
import { MAIN } from '../../../scripts/infra/sources.ts';

const PATH = 'infra/main.parameters.json';
/** As azd fills it in: a variable of its environment, or what stands after the sign. */
const FILLED_IN = /^\$\{(\w+)(?:=(.*))?\}$/;
/** Those that azd asks for have names of its own. */
const ASKED: Readonly<Record<string, string>> = {
  environmentName: 'AZURE_ENV_NAME',
  location: 'AZURE_LOCATION',
};
/** Not for azd: it would keep a SAS in a file, which the section on another tenant avoids; and `settings` is an object. */
const BY_FILE = ['sourceEndpoint', 'sourceSas', 'sourceNextSas', 'sourceHasNextSas', 'settings'];

/**
 * What azd fills in are the parameters of the template, each by the variable that is named for it, with the defaults of
 * the template. azd keeps outputs beside what is filled in, so one of the same name would be taken for a wish of the
 * user's the next time. Some walk-through sets each parameter to something else than its default, so that a snapshot
 * shows whether it has an effect.
 */
export const parameterFileFits: Rule = ({ sources, template, walkThroughs }) => {
  const { parameters = {} } = JSON.parse(sources.get(PATH) ?? '{}') as {
    parameters?: Readonly<Record<string, { readonly value: string }>>;
  };
  return [
    ...Object.entries(parameters).flatMap(([name, { value }]) => ofParameter(name, value, template)),
    ...Object.keys(template.parameters)
      .filter((name) => parameters[name] === undefined && !BY_FILE.includes(name))
      .map((name) => `${name} is missing`),
    ...Object.keys(template.parameters)
      .filter((name) => !isShown(name, template, walkThroughs))
      .map((name) => `no walk-through sets ${name} to something else than its default`),
  ].map((message) => [PATH, message] as const);
};

function ofParameter(name: string, value: string, { parameters, outputs }: Template): readonly string[] {
  const parameter = parameters[name];
  if (parameter === undefined) return [`${name} is no parameter of ${MAIN}`];
  const [, variable, byDefault] = FILLED_IN.exec(value) ?? [];
  if (variable === undefined) return [`${name} is not filled in by azd`];
  if (variable in outputs) return [`${variable} is filled in, and an output too`];
  const named = ASKED[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  if (variable !== named) return [`${name} is filled in by ${variable}, which should be ${named}`];
  const { defaultValue } = parameter;
  if (defaultValue === undefined) return [];
  const own = typeof defaultValue === 'object' ? JSON.stringify(defaultValue) : String(defaultValue);
  return byDefault === own ? [] : [`${name} is ${byDefault} by default, and ${own} in ${MAIN}`];
}

function isShown(name: string, { parameters }: Template, walkThroughs: readonly WalkThrough[]): boolean {
  const byDefault = JSON.stringify(parameters[name]?.defaultValue);
  return walkThroughs.some(({ given }) => name in given && JSON.stringify(given[name]) !== byDefault);
}
