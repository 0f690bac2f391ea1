import { beforeAll, describe, expect, it } from 'vitest';
import { parseBlobPath, parseKey } from '../../src/model/key.ts';
import { RESERVED_DIRECTORY } from '../../src/model/scope.ts';
import { addStamp } from '../../src/model/stamp.ts';
import { STAMP, type TreeStage } from './tree-stage.ts';

/** What hierarchical accounts promise for listings. */
export function describeTreeListing(stage: TreeStage): void {
  const { directory, file, list } = stage;

  describe('listBlobs', () => {
    const container = 'listed';
    const paths = ['d', 'd/e', 'd/e/f', 'd/f', 'd e', 'd e/f', 'z'];
    const files: ReadonlySet<string> = new Set(['d/e/f', 'd/f', 'd e/f', 'z']);
    beforeAll(async () => {
      await stage.stores.addContainer('backup', container);
      await stage.stores.makeDirectory('backup', parseKey(container, 'd'), { metadata: { Aa: 'b' } });
      for (const path of files)
        await stage.stores.put('backup', parseKey(container, path), {
          content: path,
          metadata: addStamp({}, STAMP),
        });
      await stage.stores.put('backup', parseKey(container, `${RESERVED_DIRECTORY}/x/y`), { content: 'ours' });
    });

    it('returns directories and files, as read does, and nothing of ours', async () => {
      const listed = await list(container);
      expect(listed.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
      for (const { path, isDirectory, etag, stamp } of listed) {
        expect(isDirectory, path).toBe(!files.has(path));
        expect(stamp, path).toEqual(isDirectory ? undefined : STAMP);
        const read = isDirectory ? directory : file;
        expect((await read('backup', parseKey(container, path))).etag).toBe(etag);
      }
    });

    it('includes snapshots on request, each before its file', async () => {
      const below = 'with snapshots';
      await stage.stores.addContainer('backup', 'snapped');
      for (const name of ['a', 'b'])
        await stage.stores.put('backup', parseKey('snapped', `${below}/${name}`), { content: name });
      await stage.stores.snapshot('backup', parseKey('snapped', `${below}/a`));
      const listed = await list('snapped', { prefix: `${below}/`, snapshots: true });
      expect(listed.map(({ path, isSnapshot = false }) => [path, isSnapshot])).toEqual([
        [`${below}/a`, true],
        [`${below}/a`, false],
        [`${below}/b`, false],
      ]);
      const plain = await list('snapped', { prefix: `${below}/` });
      expect(plain.map(({ path }) => path)).toEqual([`${below}/a`, `${below}/b`]);
    });

    it('returns the metadata of directories unchanged', async () => {
      const listed = await list(container);
      expect(listed.find(({ path }) => path === 'd')?.metadata).toEqual({ Aa: 'b' });
      expect(listed.find(({ path }) => path === 'd/e')?.metadata).toEqual({});
    });

    it('returns a directory before everything below it', async () => {
      const order = (await list(container)).map(({ path }): string => path);
      for (const [parent, child] of [
        ['d', 'd/e'],
        ['d/e', 'd/e/f'],
        ['d e', 'd e/f'],
      ] as const)
        expect(order.indexOf(parent), parent).toBeLessThan(order.indexOf(child));
    });

    it('returns what is below a directory, and what follows a path, in the same order', async () => {
      const all = (await list(container)).map(({ path }) => path);
      for (const prefix of ['', 'd', 'd/', 'd/e/', 'd e/', 'nothing/']) {
        const under = all.filter((path) => path.startsWith(prefix));
        const listed = await list(container, { prefix });
        expect(listed.map(({ path }) => path)).toEqual(under);
        for (const [index, after] of under.entries()) {
          const rest = await list(container, { prefix, after: parseBlobPath(after) });
          expect(
            rest.map(({ path }) => path),
            `after ${after}`,
          ).toEqual(under.slice(index + 1));
        }
      }
    });
  });
}
