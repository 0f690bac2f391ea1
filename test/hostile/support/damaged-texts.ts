import fc from 'fast-check';

/** Texts that are not a document of any kind, with their names. */
export const JUNK: readonly [string, string][] = [
  ['an empty object', '{}'],
  ['null', 'null'],
  ['a text', '"text"'],
  ['a number', '5'],
  ['a list', '[]'],
  ['nothing', ''],
  ['HTML', '<!DOCTYPE html><html></html>'],
  ['bytes that are no UTF-8', '\u{FFFD}\u0000PK\u0003'],
  ['what is nested deep', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ['the prototype of all', '{"__proto__":{"paused":null,"state":"done","run":"x"}}'],
];

type Path = readonly (string | number)[];

/**
 * Texts with one damage, made from a valid document. Entries of maps are not dropped: that leaves a valid
 * one.
 */
export function damagedTexts(text: string): fc.Arbitrary<string> {
  const cut = fc.nat(Math.max(0, text.length - 1)).map((end) => text.slice(0, end));
  const value = parse(text);
  if (value === undefined || typeof value !== 'object' || value === null)
    return fc.oneof(
      cut,
      fc.string(),
      fc.string().map((junk) => `${junk}\n${text}`),
    );
  const places = pathsOf(value);
  if (places.length === 0) return cut;
  const place = fc.constantFrom(...places);
  const retyped = fc.tuple(place, WRONG).map(([path, wrong]) => withAt(value, path, () => wrong));
  const dropped = place.filter(isMember).map((path) => withoutAt(value, path));
  const grown = fc
    .tuple(place, fc.jsonValue())
    .map(([path, extra]) =>
      withAt(value, path, (old) =>
        typeof old === 'object' && old !== null && !Array.isArray(old) ? { ...old, toCome: extra } : old,
      ),
    );
  return fc.oneof(
    cut,
    retyped.map((changed) => JSON.stringify(changed)),
    dropped.map((changed) => JSON.stringify(changed)),
    grown.map((changed) => JSON.stringify(changed)),
    fc.json(),
  );
}

/** Values of another type than the member that they replace, or beyond any limit. */
const WRONG = fc.constantFrom<unknown>(null, '', '5', 'x'.repeat(3000), -1, 0.5, [], {}, [null], { a: 1 });

/** Members of maps, by their kind: an absent one means that there is no such thing. */
const MAPS: ReadonlySet<string> = new Set([
  'shards',
  'containers',
  'byVerdict',
  'skipped',
  'failed',
  'foreign',
  'runs',
  'lastMirrored',
  'lags',
]);

function isMember(path: Path): boolean {
  const [last, of] = [path.at(-1), path.at(-2)];
  return typeof last === 'string' && !(typeof of === 'string' && MAPS.has(of));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const path = [...at, Array.isArray(value) ? Number(name) : name];
    return [path, ...pathsOf(each, path)];
  });
}

function withAt(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((each: unknown, i) => (i === first ? withAt(each, rest, change) : each));
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [first]: withAt(object[first], rest, change) };
}

function withoutAt(value: unknown, path: Path): unknown {
  const [first = '', ...rest] = path;
  if (rest.length > 0) return withAt(value, path.slice(0, -1), (of) => withoutAt(of, [path.at(-1) ?? '']));
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => name !== String(first)));
}
