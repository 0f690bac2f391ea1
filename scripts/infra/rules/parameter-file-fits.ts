import type { Rule } from '../check-infra.js';
import type { Finding } from '../finding.js';
import { MAIN } from '../sources.js';

const PATH = 'infra/main.parameters.json';

/**
 * What azd fills in are parameters of the template, and none that must be given is left out. azd keeps outputs beside
 * what is filled in, so one of the same name would be taken for a wish of the user's the next time.
 */
export const parameterFileFits: Rule = (project, sources) => {
  const { parameters } = JSON.parse(sources.get(PATH) ?? '{}') as { parameters?: Record<string, unknown> };
  const main = project.fileOf(MAIN);
  const declared = main.parameters;
  const given = Object.keys(parameters ?? {});
  return [
    ...given.filter((name) => !declared.has(name)).map((name) => `${name} is no parameter of ${MAIN}`),
    ...[...declared.values()]
      .filter(({ name, byDefault }) => byDefault === undefined && !given.includes(name))
      .map(({ name }) => `${name} is missing`),
    ...[...main.outputs.keys()]
      .filter((name) => new RegExp(`\\$\\{${name}\\b`).test(sources.get(PATH) ?? ''))
      .map((name) => `${name} is filled in, and an output too`),
  ].map((message): Finding => ({ rule: 'parameters', path: PATH, message }));
};
