import { TEMPLATE, type Sources, WALK_THROUGHS } from '../../../scripts/infra/sources.ts';

export type Parameters = Readonly<Record<string, unknown>>;

/** A resource that Azure would be asked for. What only Azure knows is an expression, as in a template: `[…]`. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Absent where it is certain that the resource is deployed. */
  readonly condition?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A deployment of docs/deploy.md: what it is given, and what Azure would be asked for. */
export interface WalkThrough {
  /** Of the snapshot. */
  readonly path: string;
  /** Those of the file, and the defaults of the template. */
  readonly parameters: Parameters;
  /** Those of the file alone. */
  readonly given: Parameters;
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly unknown[];
  readonly outputs: Readonly<Record<string, string>>;
}

/** azuredeploy.json, as far as the rules read it. */
export interface Template {
  readonly parameters: Readonly<
    Record<string, { readonly defaultValue?: string | number | boolean | object }>
  >;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export function readTemplate(sources: Sources): Template {
  return JSON.parse(sources.get(TEMPLATE) ?? '{"parameters": {}, "outputs": {}}') as Template;
}

/** @throws Error where a file has no snapshot, or a parameter that is no literal */
export function readWalkThroughs(sources: Sources, template: Template): readonly WalkThrough[] {
  const defaults = Object.entries(template.parameters).map(
    ([name, { defaultValue }]) => [name, defaultValue] as const,
  );
  const found = [...sources].filter(
    ([path]) => path.startsWith(WALK_THROUGHS) && path.endsWith('.bicepparam'),
  );
  if (found.length === 0) throw new Error(`${WALK_THROUGHS} has no walk-through`);
  return found.map(([from, text]) => {
    const path = from.replace(/bicepparam$/, 'snapshot.json');
    const snapshot = sources.get(path);
    if (snapshot === undefined) throw new Error(`${from} has no snapshot: run "npm run infra:build"`);
    const { predictedResources, diagnostics, outputs } = JSON.parse(snapshot) as {
      predictedResources: readonly Resource[];
      diagnostics: readonly unknown[];
      outputs: Readonly<Record<string, string>>;
    };
    const given = readParameters(from, text);
    const parameters = { ...Object.fromEntries(defaults), ...given };
    return { path, given, parameters, resources: predictedResources, diagnostics, outputs };
  });
}

/** The parameters of a .bicepparam: literals, secrets from the environment, and objects of texts. */
function readParameters(path: string, text: string): Parameters {
  return Object.fromEntries(
    [...text.matchAll(/^param (\w+) = (.*(?:(?<=\{)(?:\n .*)*\n\})?)$/gm)].map(
      ([, name = '', value = '']) => {
        if (/^readEnvironmentVariable\('\w+'\)$/.test(value)) return [name, 'a secret'];
        if (value.startsWith('{')) return [name, objectOf(value)];
        const literal = /^'[^'$\\]*'$/.test(value) ? `"${value.slice(1, -1)}"` : value;
        try {
          return [name, JSON.parse(literal) as unknown];
        } catch {
          throw new Error(`${path}: ${name} is no literal`);
        }
      },
    ),
  );
}

function objectOf(text: string): Parameters {
  return Object.fromEntries(
    [...text.matchAll(/^ {2}(\w+): '([^'$\\]*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
}

export function resourcesOf({ resources }: WalkThrough, type: string): readonly Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** A property of a resource, like `sku.name`; undefined where it is not there. */
export function at(resource: Resource | undefined, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, part) => (value as Readonly<Record<string, unknown>> | undefined)?.[part],
      resource,
    );
}

export function isExpression(value: unknown): boolean {
  return typeof value === 'string' && /^\[(?!\[)/.test(value);
}

/** The settings of the app. */
export function appSettingsOf(walkThrough: WalkThrough): Readonly<Record<string, string>> {
  const [app] = resourcesOf(walkThrough, 'Microsoft.Web/sites');
  const settings = at(app, 'properties.siteConfig.appSettings');
  if (!Array.isArray(settings)) return {};
  return Object.fromEntries(
    (settings as readonly { name: string; value: string }[]).map(({ name, value }) => [name, value]),
  );
}
