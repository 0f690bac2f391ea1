import type { Rule, Messages } from '../rule.ts';
import type { WalkThrough } from '../deployment/walk-through.ts';
import type { Sources } from '../../../scripts/infra/sources.ts';

const DOC = 'docs/deploy.md';
/** Of every deployment: azd asks for them. */
const ASKED = ['environmentName', 'location'];

/** Each section of docs/deploy.md that deploys links to its walk-throughs, and its commands set what they set. */
export const docsInStep: Rule = ({ sources, walkThroughs }) => {
  const sections = (sources.get(DOC) ?? '').split(/^#{2,3} /m);
  const variables = variablesOf(sources);
  return walkThroughs.flatMap((walkThrough): Messages => {
    const file = walkThrough.path.replace(/snapshot\.json$/, 'bicepparam');
    const section = sections.find((text) => text.includes(`](../${file})`));
    if (section === undefined) return [[DOC, `links to no ${file}`] as const];
    const anchor = section
      .split('\n', 1)[0]
      ?.toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-');
    const links = sources.get(file)?.includes(`docs/deploy.md#${anchor}\n`) === true;
    return [
      ...(links ? [] : [[file, `does not name its section, docs/deploy.md#${anchor}`] as const]),
      ...ofCommands(commandsOf(section), walkThrough, variables).map(
        (message) => [DOC, `${file}: ${message}`] as const,
      ),
    ];
  });
};

/** `azd env set NAME VALUE` of the blocks of a section, up to the one that takes the file. */
function commandsOf(section: string): readonly (readonly [name: string, value: string])[] {
  return [...section.matchAll(/^azd env set (\w+) (.+)$/gm)].map(
    ([, name = '', value = '']) => [name, value.replace(/ +#.*$/, '').replace(/^'(.*)'$/, '$1')] as const,
  );
}

function ofCommands(
  commands: readonly (readonly [string, string])[],
  { given }: WalkThrough,
  variables: ReadonlyMap<string, string>,
): readonly string[] {
  if (commands.length === 0) return [];
  const set = new Map(commands.map(([name, value]) => [variables.get(name) ?? name, value]));
  const here = Object.entries(given).filter(([name]) => !ASKED.includes(name));
  return [
    ...here
      .filter(([name, value]) => set.get(name) !== String(value))
      .map(([name, value]) => `no command sets ${name} to ${String(value)}`),
    ...[...set.keys()]
      .filter((name) => !(name in given))
      .map((name) => `a command sets ${name}, and the file does not`),
  ];
}

/** Parameters by the variables of azd that fill them in. */
function variablesOf(sources: Sources): ReadonlyMap<string, string> {
  const { parameters = {} } = JSON.parse(sources.get('infra/main.parameters.json') ?? '{}') as {
    parameters?: Readonly<Record<string, { readonly value: string }>>;
  };
  return new Map(Object.entries(parameters).map(([name, { value }]) => [/\w+/.exec(value)?.[0] ?? '', name]));
}
