import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEtag } from '../../src/model/etag.ts';
import { parseBlobPath } from '../../src/model/key.ts';
import type { BlobPresent, DirectoryPresent } from '../../src/model/reading.ts';
import type { ListedReading } from '../../src/ports/account-inspector.ts';
import { pairListings } from '../../src/verify/pair-listings.ts';

const VERSION = { present: true, etag: parseEtag('0x1'), lastModified: new Date(0), metadata: {} } as const;
const DIRECTORY: DirectoryPresent = { ...VERSION, kind: 'directory', readAt: new Date(0) };
const FILE: BlobPresent = {
  ...VERSION,
  kind: 'block',
  size: 0,
  contentMd5: undefined,
  headers: {},
  stamp: undefined,
  archived: false,
};

async function* listingOf(names: readonly string[], isFile: (name: string) => boolean = () => true) {
  const entries = names.map((name): ListedReading => ({
    path: parseBlobPath(name),
    reading: isFile(name) ? FILE : DIRECTORY,
    tags: {},
  }));
  while (entries.length > 0) yield await Promise.resolve(entries.splice(0, 3));
}

/** What a hierarchical account lists of these files: their directories too, in the order of the tree. */
function treeOf(files: readonly string[]) {
  const names = files.flatMap((file) => file.split('/').map((_, at, all) => all.slice(0, at + 1).join('/')));
  const order = (name: string): string => name.replaceAll('/', '\0');
  const sorted = [...new Set(names)].toSorted((one, other) => (order(one) < order(other) ? -1 : 1));
  return listingOf(sorted, (name) => files.includes(name));
}

async function pairsOf(source: AsyncIterable<ListedReading[]>, backup: AsyncIterable<ListedReading[]>) {
  const pairs = await Array.fromAsync(pairListings(source, backup));
  const both = pairs.filter((pair) => pair.source && pair.backup).map(({ path }) => path);
  const oneSided = pairs.filter((pair) => !pair.source || !pair.backup).map(({ path }) => path);
  return { both, oneSided };
}

describe('two listings', () => {
  it('of flat accounts are paired in the order of their names', async () => {
    const { both, oneSided } = await pairsOf(
      listingOf(['a', 'a b', 'a/b', 'a0', 'b']),
      listingOf(['a', 'a/b', 'a0', 'aa', 'b']),
    );
    expect(both).toEqual(['a', 'a/b', 'a0', 'b']);
    expect(oneSided).toEqual(['a b', 'aa']);
  });

  it('of hierarchical accounts are paired in the order of the tree: only what one side lacks is one-sided', async () => {
    const segment = fc.constantFrom('a', 'a b', 'a-', 'a0', 'b', '!');
    const files = fc.uniqueArray(
      // A file has no name of a directory.
      fc
        .tuple(fc.constantFrom('', 'd/'), fc.array(segment, { minLength: 1, maxLength: 4 }))
        .map(([above, path]) => `${above}${path.join('/')}f`),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(files, files, async (ours, theirs) => {
        const namesOf = async (tree: readonly string[]) =>
          (await Array.fromAsync(treeOf(tree))).flat().map(({ path }) => path);
        const [left, right] = [await namesOf(ours), await namesOf(theirs)];
        const { both, oneSided } = await pairsOf(treeOf(ours), treeOf(theirs));
        expect(both).toEqual(left.filter((name) => right.includes(name)));
        expect(oneSided.toSorted()).toEqual(
          [
            ...left.filter((name) => !right.includes(name)),
            ...right.filter((name) => !left.includes(name)),
          ].toSorted(),
        );
      }),
    );
  });

  it('of hierarchical accounts are known by a directory of either', async () => {
    const trees = [['a bf'], ['a/f', 'a bf']] as const;
    for (const [one, other] of [trees, trees.toReversed()])
      expect(await pairsOf(treeOf(one ?? []), treeOf(other ?? []))).toEqual({
        both: ['a bf'],
        oneSided: ['a', 'a/f'],
      });
  });

  it('that come in two orders hold every name all the same', async () => {
    const { both, oneSided } = await pairsOf(
      treeOf(['a/b', 'a b', 'a0']),
      listingOf(['a', 'a b', 'a/b', 'a0'], (name) => name !== 'a'),
    );
    expect(new Set([...both, ...oneSided])).toEqual(new Set(['a', 'a/b', 'a b', 'a0']));
  });
});
