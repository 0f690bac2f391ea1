import type { BicepFile } from '../bicep/ast.ts';
import type { Rule } from '../check-infra.ts';
import type { Finding } from '../finding.ts';
import { evaluate, type Value } from '../settings/evaluate.ts';
import { MAIN } from '../sources.ts';

const PATH = 'infra/main.parameters.json';
/** As azd fills it in: a variable of its environment, or what stands after the sign. */
const FILLED_IN = /^\$\{(\w+)(?:=(.*))?\}$/;

/**
 * What azd fills in are parameters of the template with the defaults of the template, and none that must be given is
 * left out. azd keeps outputs beside what is filled in, so one of the same name would be taken for a wish of the user's
 * the next time.
 */
export const parameterFileFits: Rule = (project, sources) => {
  const { parameters = {} } = JSON.parse(sources.get(PATH) ?? '{}') as {
    parameters?: Readonly<Record<string, { readonly value: string }>>;
  };
  const main = project.fileOf(MAIN);
  const given = Object.entries(parameters);
  return [
    ...given.flatMap(([name, { value }]) => ofParameter(name, value, main)),
    ...[...main.parameters.values()]
      .filter(({ name, byDefault }) => byDefault === undefined && parameters[name] === undefined)
      .map(({ name }) => `${name} is missing`),
  ].map((message): Finding => ({ rule: 'parameters', path: PATH, message }));
};

function ofParameter(name: string, value: string, main: BicepFile): readonly string[] {
  const parameter = main.parameters.get(name);
  if (parameter === undefined) return [`${name} is no parameter of ${MAIN}`];
  const [, variable, byDefault] = FILLED_IN.exec(value) ?? [];
  if (variable === undefined) return [`${name} is not filled in by azd`];
  if (main.outputs.has(variable)) return [`${variable} is filled in, and an output too`];
  if (parameter.byDefault === undefined) return [];
  const own = evaluate(parameter.byDefault, { file: main, parameters: new Map() });
  return byDefault === textOf(own)
    ? []
    : [`${name} is ${byDefault} by default, and ${textOf(own)} in ${MAIN}`];
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
