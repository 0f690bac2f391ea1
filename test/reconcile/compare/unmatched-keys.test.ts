import { describe, expect, it } from 'vitest';
import { type BlobPath, parseBlobPath, parseContainerName } from '../../../src/model/key.ts';
import { type Etag, parseEtag } from '../../../src/model/etag.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import { createScope } from '../../../src/model/scope.ts';
import { splitStamp } from '../../../src/model/stamp.ts';
import type { BlobPage, ListRange, ListedBlob } from '../../../src/ports/blob-reader.ts';
import { KeyCounter } from '../../../src/reconcile/counts.ts';
import { ExtraKeys, NewBlobs } from '../../../src/reconcile/compare/unmatched-keys.ts';
import { FLAT } from '../../support/flat.ts';
import { stampOf } from '../../support/of-ours.ts';

const CONTAINER = parseContainerName('lake');

type Owner = 'ours' | 'of another source' | 'foreign' | 'directory';

function entry(path: string, owner: Owner): ListedBlob {
  const account = owner === 'ours' ? 'sourceaccount' : owner === 'of another source' ? 'third' : undefined;
  return {
    path: parseBlobPath(path),
    isDirectory: owner === 'directory',
    stamp: account === undefined ? undefined : splitStamp(stampOf(account)).stamp,
    reading: () => undefined,
  } as unknown as ListedBlob;
}

/** What becomes of keys that only the backup has, in the order of its listing. */
async function extrasOf(
  keys: readonly (readonly [string, Owner])[],
  {
    excluded = [],
    deleteForeign = false,
  }: { readonly excluded?: readonly string[]; readonly deleteForeign?: boolean } = {},
) {
  const extras: string[] = [];
  const foreign: string[] = [];
  const scope = createScope('sourceaccount', { patterns: { include: [], exclude: excluded } });
  const { policy } = FLAT;
  const rules = { source: { account: 'sourceaccount' }, backup: { account: 'backupaccount' }, scope, policy };
  const context = {
    dryRun: false,
    deleteForeign,
    extra: async (path: string) => void (await Promise.resolve(extras.push(path))),
    foreign: async ({ path }: { path: string }) => void (await Promise.resolve(foreign.push(path))),
  };
  const collected = new ExtraKeys(
    { ...rules, container: CONTAINER } as unknown as ConstructorParameters<typeof ExtraKeys>[0],
    context as unknown as ConstructorParameters<typeof ExtraKeys>[1],
    new KeyCounter(),
  );
  for (const [path, owner] of keys) await collected.add(entry(path, owner));
  return { extras, foreign, counts: collected.counts };
}

describe('keys that only the backup has', () => {
  it('are recorded by the directory that goes with them, and counted one by one', async () => {
    const found = await extrasOf([
      ['a', 'directory'],
      ['a/1', 'ours'],
      ['a/b', 'directory'],
      ['a/b/2', 'ours'],
      ['ab', 'ours'],
    ]);
    expect(found.extras).toEqual(['a', 'ab']);
    expect(found.counts).toEqual({ extras: 5, mirroredExtras: 3, deletions: 5 });
  });

  it('are recorded one by one below a directory of which the scope may leave out a part', async () => {
    const found = await extrasOf(
      [
        ['a', 'directory'],
        ['a/1', 'ours'],
      ],
      { excluded: ['*.tmp'] },
    );
    expect(found.extras).toEqual(['a', 'a/1']);
  });

  it('are no deletions where something foreign keeps the directories above it', async () => {
    const found = await extrasOf([
      ['a', 'directory'],
      ['a/1', 'ours'],
      ['a/b', 'directory'],
      ['a/b/theirs', 'foreign'],
      ['a/c', 'directory'],
      ['a/c/2', 'ours'],
    ]);
    expect(found.foreign).toEqual(['a/b/theirs']);
    // The files of ours, and the directory that nothing foreign is in.
    expect(found.counts).toMatchObject({ extras: 6, deletions: 3, foreign: { 'backup-foreign': 1 } });
  });

  it('are no deletions where another source mirrors them, and a check decides about them', async () => {
    const found = await extrasOf([['a', 'of another source']]);
    expect(found).toMatchObject({ extras: ['a'], counts: { extras: 1, mirroredExtras: 0, deletions: 0 } });
  });

  it('are deletions, too, where they are foreign and may go', async () => {
    const found = await extrasOf([['a', 'foreign']], { deleteForeign: true });
    expect(found).toMatchObject({ extras: ['a'], foreign: [], counts: { deletions: 1 } });
  });
});

describe('blobs that were made by the word of a listing', () => {
  const PAGE = 5;
  const name = (i: number): BlobPath => parseBlobPath(String(i).padStart(4, '0'));
  const etag = (text: string): Etag => parseEtag(text);

  /** The source, whose listing is read again, and what is checked then. */
  async function verify(now: ReadonlyMap<string, string>, made: readonly number[], isStartIgnored = false) {
    const checked: string[] = [];
    const acts: string[] = [];
    const blobs = new NewBlobs({
      isBefore: (one, other) => one < other,
      read: async (path) => {
        await Promise.resolve();
        acts.push(`read ${path}`);
        const found = now.get(path);
        return found === undefined ? undefined : etag(found);
      },
      list: async function* ({ from = '' }: ListRange): AsyncIterable<BlobPage> {
        await Promise.resolve();
        if (isStartIgnored) throw new BlobmirrorError('listing-start-ignored', 'from the beginning only');
        const rest = [...now]
          .filter(([path]) => path >= from)
          .toSorted(([one], [other]) => (one < other ? -1 : 1));
        for (let i = 0; i < rest.length; i += PAGE) {
          acts.push('page');
          const entries = rest.slice(i, i + PAGE).map(([path, version]) => ({ path, etag: etag(version) }));
          yield { entries } as unknown as BlobPage;
        }
      },
      converge: async (path) => void (await Promise.resolve(checked.push(path))),
    });
    for (const i of made) blobs.add({ path: name(i), etag: etag('0x1'), place: i });
    await blobs.verify();
    return { checked, acts };
  }
  const all = (count: number): Map<string, string> =>
    new Map(Array.from({ length: count }, (_, i) => [name(i), '0x1']));

  it('are listed again to their last one, over as many pages as that takes, and no further', async () => {
    const { checked, acts } = await verify(all(40), [0, 1, 2, 3, 17]);
    expect(checked).toEqual([]);
    expect(acts).toEqual(['page', 'page', 'page', 'page']);
  });

  it('are listed again in their order, whatever the order in which they were made', async () => {
    const { checked, acts } = await verify(all(40), [17, 2, 0, 3, 1]);
    expect(checked).toEqual([]);
    expect(acts).toEqual(['page', 'page', 'page', 'page']);
  });

  it('are checked where the source has another version, or none', async () => {
    const now = all(20).set(name(2), '0x2');
    now.delete(name(5));
    expect((await verify(now, [1, 2, 3, 5, 7])).checked.toSorted()).toEqual([name(2), name(5)]);
    expect((await verify(now, [1, 2, 3, 5, 7], true)).checked.toSorted()).toEqual([name(2), name(5)]);
  });

  it('are read one by one where that takes fewer requests', async () => {
    const { checked, acts } = await verify(all(20).set(name(9), '0x2'), [9]);
    expect(acts).toEqual([`read ${name(9)}`]);
    expect(checked).toEqual([name(9)]);
  });
});
