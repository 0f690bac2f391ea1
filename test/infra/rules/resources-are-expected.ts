import { COUNTS } from '../expected/counts.ts';
import { EVERYWHERE, RESOURCES } from '../expected/resources.ts';
import { type Context, toCheck } from '../expected/expectation.ts';
import { contextOf } from '../deployment/context.ts';
import { type Resource, resourcesOf } from '../deployment/walk-through.ts';
import { eachWalkThrough } from '../rule.ts';

/** Told by the compiler, or compared by rules of their own. */
const NAMES = ['id', 'type', 'name', 'apiVersion', 'condition'];

/**
 * Every property that Azure is asked for is one of the table, with the value that the table or the parameter says, and
 * none of the table is missing, nor any resource. A property or a type that the table does not have is a finding: nothing
 * looked at it.
 */
export const resourcesAreExpected = eachWalkThrough((walkThrough) => {
  const context = contextOf(walkThrough);
  return [
    ...walkThrough.resources.flatMap((resource) => ofResource(resource, context)),
    ...namedTwice(walkThrough.resources),
    ...Object.entries(COUNTS).flatMap(([type, count]) => {
      const { length } = resourcesOf(walkThrough, type);
      return length === count(context) ? [] : [`there are ${length} of ${type}, not ${count(context)}`];
    }),
  ];
});

/** One of two resources with the same id is not deployed. */
function namedTwice(resources: readonly Resource[]): readonly string[] {
  const ids = resources.map(({ id }) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map(
    (id) => `two resources have the id ${id}`,
  );
}

function ofResource(resource: Resource, context: Context): readonly string[] {
  const { type, name, id } = resource;
  const place = (['source', 'backup', 'state'] as const).find((each) =>
    new RegExp(`^\\W*(?:\\w+\\(')?${context.places[each]}(?:/|'|$)`).test(id),
  );
  const own = RESOURCES[type] ?? RESOURCES[`${type} of ${place}`];
  if (own === undefined) return [`${type} ${name} is in no table: add it to test/infra/expected/`];
  const table = { ...EVERYWHERE, ...own };
  const is = new Map(leavesOf(resource, Object.keys(table)));
  return [
    ...[...is.keys()]
      .filter((path) => !(path in table))
      .map((path) => `${type} ${name} has ${path} ${JSON.stringify(is.get(path))}, which no table has`),
    ...Object.entries(table).flatMap(([path, expected]) => {
      const check = toCheck(expected, context);
      const values = is.get(path) ?? [undefined];
      return values.every((value) => check.isRight(value))
        ? []
        : [`${type} ${name} has ${path} ${JSON.stringify(values)}, which should be ${check.words}`];
    }),
  ];
}

/** What is at each path, `properties.` left out: all values where it leads through items of arrays. */
function leavesOf(resource: Resource, paths: readonly string[]): ReadonlyMap<string, readonly unknown[]> {
  const leaves = new Map<string, unknown[]>();
  const put = (path: string, value: unknown): void => {
    const isDeeper = paths.some((each) => each.startsWith(`${path}.`) || each.startsWith(`${path}[]`));
    const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
    if (typeof value !== 'object' || value === null || isEmpty || (paths.includes(path) && !isDeeper))
      leaves.set(path, [...(leaves.get(path) ?? []), value]);
    else if (Array.isArray(value))
      // Of scalars.
      if (value.every((item) => typeof item !== 'object'))
        leaves.set(path, [...(leaves.get(path) ?? []), value]);
      else for (const item of value as readonly unknown[]) put(`${path}[]`, item);
    else for (const [name, item] of Object.entries(value)) put(`${path}.${name}`, item);
  };
  for (const [name, value] of Object.entries({ ...resource, ...resource.properties }))
    if (!NAMES.includes(name) && name !== 'properties') put(name, value);
  return leaves;
}
