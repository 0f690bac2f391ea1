import fc from 'fast-check';
import { expect, it } from 'vitest';

import { listBlobs } from '../../src/data-lake/list-blobs.ts';
import { PathConflict } from '../../src/data-lake/path-error.ts';
import { fromContinuation, walk } from '../../src/data-lake/walk.ts';
import { compareNames } from '../../src/store/listing.ts';
import { type Tree, makeTree } from './support.ts';

// In the order of UTF-8, which is not that of UTF-16: U+FFFD is before U+10000.
const segment = fc.constantFrom('a', 'a!', 'a b', '\uFFFD', '\u{10000}');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const step = fc.record({ act: fc.constantFrom('file', 'directory', 'move', 'remove'), path, to: path });
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type Kind = 'file' | 'directory';

/** Paths with their kinds. */
class Model {
  readonly paths = new Map<string, Kind>();

  isDirectory(at: string): boolean {
    return at === '' || this.paths.get(at) === 'directory';
  }

  /** Undefined when a file is in place of a directory, or the reverse. */
  make(at: string, kind: Kind): true | undefined {
    const parents = at.split('/').map((_, depth, all) => all.slice(0, depth).join('/'));
    if (parents.some((each) => this.paths.get(each) === 'file')) return undefined;
    if (this.paths.has(at) && this.paths.get(at) !== kind) return undefined;
    for (const each of parents) if (each !== '') this.paths.set(each, 'directory');
    this.paths.set(at, kind);
    return true;
  }

  canMove(from: string, to: string): boolean {
    const isFree = this.paths.has(from) && !this.paths.has(to);
    return isFree && this.isDirectory(parentOf(to)) && !isWithin(to, from);
  }

  remove(at: string): [string, Kind][] {
    const gone = [...this.paths].filter(([each]) => isWithin(each, at));
    for (const [each] of gone) this.paths.delete(each);
    return gone;
  }

  /** As listed. */
  get all(): string[] {
    return [...this.paths.keys()].toSorted(comparePaths);
  }
}

const parentOf = (at: string) => at.split('/').slice(0, -1).join('/');
const isWithin = (at: string, directory: string) => at === directory || at.startsWith(`${directory}/`);

/** No character of a name is before the slash. */
function comparePaths(left: string, right: string): number {
  return compareNames(left.replaceAll('/', '\u0001'), right.replaceAll('/', '\u0001'));
}

function apply({ store, namespace, node, makeFile }: Tree, model: Model, { act, path: at, to }: Step): void {
  if (act === 'file' || act === 'directory') {
    const isNew = !model.paths.has(at);
    const make = () => {
      if (act === 'directory') namespace.makeDirectory('a', 'c', at);
      else if (isNew) makeFile('c', at);
      else namespace.make('a', 'c', at);
    };
    if (model.make(at, act) === undefined) expect(make).toThrow(PathConflict);
    else make();
  } else if (!model.paths.has(at)) expect(namespace.node('a', 'c', at)).toBeUndefined();
  else if (act === 'remove') {
    namespace.remove(node('c', at));
    model.remove(at);
  } else if (model.canMove(at, to)) {
    const { id, properties } = node('c', at);
    store.write(() => namespace.move(node('c', at), node('c', parentOf(to)), to.split('/').at(-1) ?? ''));
    for (const [each, kind] of model.remove(at)) model.paths.set(to + each.slice(at.length), kind);
    expect(node('c', to)).toMatchObject({ id, name: to, properties });
  }
}

it('a tree agrees with its model: kinds, places and listings from any start', async () => {
  const listing = fc.record({
    directory: path,
    from: path,
    prefix: fc.constantFrom('', 'a', 'a ', '\uFFFD'),
    pageSize: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 60 }),
      fc.array(listing, { minLength: 5, maxLength: 5 }),
      async (history, listings) => {
        const tree = await makeTree('c');
        const model = new Model();
        for (const each of history) apply(tree, model, each);
        for (const [at, kind] of model.paths) expect(tree.node('c', at)).toMatchObject({ name: at, kind });
        for (const each of listings) {
          expectWalks(tree, model, each);
          expectPages(tree, model, each);
        }
        await tree.store.close();
      },
    ),
    { numRuns: 40 },
  );
});

interface Asked {
  readonly directory: string;
  readonly from: string;
  readonly prefix: string;
  readonly pageSize: number;
}

function expectWalks({ store, node }: Tree, model: Model, { directory, from, prefix }: Asked): void {
  for (const top of ['', directory].filter((each) => model.isDirectory(each))) {
    const above = top === '' ? '' : `${top}/`;
    const below = model.all.filter((each) => each.startsWith(above) && each !== top);
    const names = (options: Parameters<typeof walk>[2]) =>
      [...walk(store.listing, node('c', top), options)].map(({ name }) => name);
    expect(names({ recursive: true })).toEqual(below);
    expect(names({ recursive: false })).toEqual(below.filter((each) => parentOf(each) === top));
    expect(names({ recursive: true, after: from })).toEqual(
      below.filter((each) => comparePaths(each, from) > 0),
    );
    expect(names({ recursive: true, from })).toEqual(below.filter((each) => comparePaths(each, from) >= 0));
    expect(names({ recursive: true, prefix })).toEqual(
      below.filter((each) => each.startsWith(above + prefix)),
    );
  }
}

function expectPages({ store, namespace }: Tree, model: Model, { directory, prefix, pageSize }: Asked): void {
  const top = model.isDirectory(directory) ? `${directory}/` : '';
  const expected = model.all.filter((each) => each.startsWith(top + prefix));
  for (const hierarchical of [false, true]) {
    const listed: string[] = [];
    let marker: string | undefined;
    do {
      const page = listBlobs(namespace, store.listing, 'a', 'c', {
        prefix: top + prefix,
        hierarchical,
        maxResults: pageSize,
        after: marker === undefined ? undefined : fromContinuation(marker),
        startFrom: undefined,
        snapshots: false,
        uncommitted: false,
        permissions: false,
        kinds: ['file', 'directory'],
      });
      const entries = [...page.blobs, ...page.prefixes].map(({ name }) => name);
      expect(entries.length).toBeLessThanOrEqual(pageSize);
      listed.push(...entries);
      ({ marker } = page);
    } while (marker !== '');
    if (!hierarchical) expect(listed).toEqual(expected);
    else
      expect(listed.toSorted()).toEqual(
        expected
          .filter((each) => !each.slice(top.length).includes('/'))
          .map((each) => (model.isDirectory(each) ? `${each}/` : each))
          .toSorted(),
      );
  }
}
