import type { Rule } from '../rule.ts';
import { TEMPLATE } from '../../../scripts/infra/sources.ts';

interface Resource {
  readonly type: string;
  readonly name: string;
  readonly existing?: boolean;
}

interface Module extends Resource {
  readonly dependsOn?: readonly string[];
  readonly properties: {
    readonly parameters?: Readonly<Record<string, { readonly value: unknown }>>;
    readonly template: { readonly resources: Readonly<Record<string, Resource>> | readonly Resource[] };
  };
}

type Modules = ReadonlyMap<string, Module>;

/** What the sources promise about the order, which no name shows: a module, and those that it must wait for. */
const PROMISED: readonly (readonly [module: string, after: readonly string[], why: string])[] = [
  ['backupAccount', ['source'], 'a sourceKind that the account does not have fails before a backup is made'],
  [
    'app',
    ['monitoring', 'state', 'serviceBus', 'source', 'vault', 'backup', 'endpoints'],
    'every right is granted before the app starts',
  ],
  ['eventSubscription', ['eventAccess'], 'the topic may deliver before it is told to'],
];

/**
 * What is named is made first. A module that takes an output of another one waits for it; one that computes the name in
 * place of taking it waits only where `dependsOn` says so.
 */
export const orderHolds: Rule = ({ sources }) => {
  const { resources } = JSON.parse(sources.get(TEMPLATE) ?? '{"resources": {}}') as {
    resources: Readonly<Record<string, Module>>;
  };
  const modules: Modules = new Map(
    Object.entries(resources).filter(([, { type }]) => type === 'Microsoft.Resources/deployments'),
  );
  const named = [...modules].flatMap(([maker, module]) =>
    namesMadeBy(module).map((name) => [maker, name] as const),
  );
  // A check that sees nothing finds nothing.
  if (named.length === 0) throw new Error(`${TEMPLATE}: no module makes a resource of a given name`);
  return [
    ...named.flatMap(([maker, name]) =>
      [...modules]
        .filter(([user, module]) => user !== maker && valuesOf(module).includes(name))
        .filter(([user]) => !waitsFor(modules, user, maker))
        .map(([user]) => `${user} is given ${name}, and does not wait for ${maker}, which makes it`),
    ),
    ...PROMISED.flatMap(([module, after, why]) =>
      after
        .filter((other) => !waitsFor(modules, module, other))
        .map((other) => `${module} does not wait for ${other}: ${why}`),
    ),
  ].map((message) => [TEMPLATE, message] as const);
};

function valuesOf({ properties }: Module): readonly unknown[] {
  return Object.values(properties.parameters ?? {}).map(({ value }) => value);
}

/** The name of a resource is a parameter of its own, or a choice that begins with one; that of a child ends with one. */
const OWN_NAME = /^\[(?:if\(parameters\('\w+'\), )?parameters\('(\w+)'\)/;
const CHILD_NAME = /^\[format\('\{0\}(?:\/\{\d\})+', .*parameters\('(\w+)'\)\)+\]$/;

/** Expressions of the main template, like `[variables('stateName')]`, that name what a module makes. */
function namesMadeBy({ properties: { parameters = {}, template } }: Module): readonly string[] {
  return Object.values(template.resources)
    .filter(({ existing }) => existing !== true)
    .map(({ name }: Resource) => (OWN_NAME.exec(name) ?? CHILD_NAME.exec(name))?.[1] ?? '')
    .map((parameter) => parameters[parameter]?.value)
    .filter((value) => typeof value === 'string')
    .filter((value) => /^\[variables\('\w+'\)\]$/.test(value));
}

function waitsFor(modules: Modules, module: string, other: string): boolean {
  const direct = modules.get(module)?.dependsOn ?? [];
  return direct.includes(other) || direct.some((each) => waitsFor(modules, each, other));
}
