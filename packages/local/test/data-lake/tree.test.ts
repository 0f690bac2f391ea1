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

  /** False when a file is in place of a directory, or the reverse. */
  make(at: string, kind: Kind): boolean {
    const parents = at.split('/').map((_, depth, all) => all.slice(0, depth).join('/'));
    if (parents.some((each) => this.paths.get(each) === 'file')) return false;
    if (this.paths.has(at) && this.paths.get(at) !== kind) return false;
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

/** Whether it was done. */
function inModel(model: Model, { act, path: at, to }: Step): boolean {
  if (act === 'file' || act === 'directory') return model.make(at, act);
  if (act === 'remove') return model.remove(at).length > 0;
  if (!model.canMove(at, to)) return false;
  for (const [each, kind] of model.remove(at)) model.paths.set(to + each.slice(at.length), kind);
  return true;
}

/** Whether it was done. `canMove`: the tree leaves it to its callers to check. */
function inTree(tree: Tree, { act, path: at, to }: Step, canMove: boolean): boolean {
  const { store, namespace, node, makeFile, remove } = tree;
  const there = namespace.node('a', 'c', at);
  try {
    if (act === 'directory') namespace.makeDirectory('a', 'c', at);
    else if (act === 'file' && there?.kind === 'file') namespace.make('a', 'c', at);
    else if (act === 'file') makeFile('c', at);
    else if (there === undefined || (act === 'move' && !canMove)) return false;
    else if (act === 'remove') remove(there);
    else store.write(() => namespace.move(there, node('c', parentOf(to)), to.split('/').at(-1) ?? ''));
    return true;
  } catch (error) {
    if (error instanceof PathConflict) return false;
    throw error;
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
        for (const [index, each] of history.entries()) {
          const isDone = inTree(tree, each, model.canMove(each.path, each.to));
          expect([index, each, isDone]).toEqual([index, each, inModel(model, each)]);
        }
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
    const level = expected
      .filter((each) => !each.slice(top.length).includes('/'))
      .map((each) => (model.isDirectory(each) ? `${each}/` : each));
    // On a page, blobs and prefixes are apart.
    const inOrder = (paths: readonly string[]) => (hierarchical ? paths.toSorted() : paths);
    expect(inOrder(listed)).toEqual(inOrder(hierarchical ? level : expected));
  }
}
