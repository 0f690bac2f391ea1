import type { Rule } from '../rule.ts';
import type { Template } from '../deployment/walk-through.ts';
import { MAIN } from '../../../scripts/infra/sources.ts';

const PATH = 'infra/main.parameters.json';
/** As azd fills it in: a variable of its environment, or what stands after the sign. */
const FILLED_IN = /^\$\{(\w+)(?:=(.*))?\}$/;

/**
 * What azd fills in are parameters of the template with the defaults of the template, and none that must be given is
 * left out. azd keeps outputs beside what is filled in, so one of the same name would be taken for a wish of the user's
 * the next time.
 */
export const parameterFileFits: Rule = ({ sources, template }) => {
  const { parameters = {} } = JSON.parse(sources.get(PATH) ?? '{}') as {
    parameters?: Readonly<Record<string, { readonly value: string }>>;
  };
  return [
    ...Object.entries(parameters).flatMap(([name, { value }]) => ofParameter(name, value, template)),
    ...Object.entries(template.parameters)
      .filter(([name, { defaultValue }]) => defaultValue === undefined && parameters[name] === undefined)
      .map(([name]) => `${name} is missing`),
  ].map((message) => [PATH, message] as const);
};

function ofParameter(name: string, value: string, { parameters, outputs }: Template): readonly string[] {
  const parameter = parameters[name];
  if (parameter === undefined) return [`${name} is no parameter of ${MAIN}`];
  const [, variable, byDefault] = FILLED_IN.exec(value) ?? [];
  if (variable === undefined) return [`${name} is not filled in by azd`];
  if (variable in outputs) return [`${variable} is filled in, and an output too`];
  const own = parameter.defaultValue;
  if (own === undefined || byDefault === String(own)) return [];
  return [`${name} is ${byDefault} by default, and ${String(own)} in ${MAIN}`];
}
