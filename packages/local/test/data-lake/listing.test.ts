import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { startLake } from '../support/start-lake.ts';

const names = ['a', 'a b', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a/c', 'a0', 'b/a', 'B', 'ü'];

describe('the paths of a file system', () => {
  it('are listed with the slash before every other character, on any page', async () => {
    const { write, paths } = await startLake();
    for (const name of names.filter((each) => each !== 'a' && each !== 'a/b')) await write(name);
    const all = ['B', 'a', 'a/b', 'a/b/c', 'a/c', 'a b', 'a-b', 'a.b', 'a0', 'b', 'b/a', 'ü'];
    for (const pageSize of [1, 2, 3, 5000]) expect(await paths({ pageSize })).toEqual(all);
    expect(await paths({ recursive: false, pageSize: 2 })).toEqual(all.filter((path) => !path.includes('/')));
    expect(await paths({ path: 'a', pageSize: 1 })).toEqual(['a/b', 'a/b/c', 'a/c']);
    expect(await paths({ path: 'a', recursive: false })).toEqual(['a/b', 'a/c']);
    await expect(paths({ path: 'missing' })).rejects.toMatchObject({ code: 'PathNotFound' });
  });

  it('are listed with their properties', async () => {
    const { files, write } = await startLake();
    await write('d/f');
    const [directory, file] = await Array.fromAsync(files.listPaths({ recursive: true }));
    const { etag, lastModified, createdOn } = await files.getFileClient('d/f').getProperties();
    expect(directory).toMatchObject({
      name: 'd',
      isDirectory: true,
      permissions: { owner: { execute: true } },
    });
    expect(file).toMatchObject({
      name: 'd/f',
      isDirectory: false,
      contentLength: 5,
      etag: etag?.replaceAll('"', ''),
      lastModified,
      owner: '$superuser',
      group: '$superuser',
    });
    expect(Math.trunc((file?.createdOn?.getTime() ?? 0) / 1000)).toBe((createdOn?.getTime() ?? 0) / 1000);
  });

  it('continue after a page whose last path was deleted', async () => {
    const { files, write } = await startLake();
    for (const name of ['d/a', 'd/b', 'd/c', 'e']) await write(name);
    const listed: (string | undefined)[][] = [];
    for await (const { pathItems = [] } of files.listPaths({ recursive: true }).byPage({ maxPageSize: 2 })) {
      listed.push(pathItems.map(({ name }) => name));
      await files.getDirectoryClient('d').deleteIfExists(true);
    }
    expect(listed).toEqual([['d', 'd/a'], ['e']]);
  });
});

describe('the blobs of a container', () => {
  it('are listed in the order of the paths, with directories', async () => {
    const { files, source, write, paths } = await startLake();
    for (const name of names.filter((each) => each !== 'a' && each !== 'a/b')) await write(name);
    await files.getDirectoryClient('empty').create();
    const listed: [string, boolean][] = [];
    for await (const page of source.listBlobsFlat({ includeMetadata: true }).byPage({ maxPageSize: 3 }))
      for (const { name, metadata } of page.segment.blobItems)
        listed.push([name, metadata?.['hdi_isfolder'] === 'true']);
    const all = await paths();
    expect(listed.map(([name]) => name)).toEqual(all);
    expect(listed.filter(([, isFolder]) => isFolder).map(([name]) => name)).toEqual([
      'a',
      'a/b',
      'b',
      'empty',
    ]);
    const withPrefix: string[] = [];
    for await (const { name } of source.listBlobsFlat({ prefix: 'a/b' })) withPrefix.push(name);
    expect(withPrefix).toEqual(['a/b', 'a/b/c']);
  });

  it('are listed level by level, with empty directories', async () => {
    const { files, source, write } = await startLake();
    await write('d/e/f');
    await write('d/g');
    await write('h');
    await files.getDirectoryClient('empty').create();
    const level = async (prefix: string) => {
      const items = await Array.fromAsync(source.listBlobsByHierarchy('/', { prefix }));
      return items.map(({ name }) => name);
    };
    expect((await level('')).toSorted()).toEqual(['d/', 'empty/', 'h']);
    expect((await level('d/')).toSorted()).toEqual(['d/e/', 'd/g']);
    expect(await level('empty/')).toEqual([]);
    expect(await level('d')).toEqual(['d/']);
  });
});

describe('pages', () => {
  it('together hold every path once and in order, for any tree and page size', async () => {
    const { files, paths } = await startLake();
    const segments = fc.array(fc.constantFrom('a', 'b', 'a b', 'a-', 'a0', '!'), {
      minLength: 1,
      maxLength: 4,
    });
    const trees = fc.array(segments, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(trees, fc.integer({ min: 1, max: 5 }), async (tree, pageSize) => {
        const expected = new Set<string>();
        for (const path of tree)
          for (let depth = 1; depth <= path.length; depth++) expected.add(path.slice(0, depth).join('/'));
        for (const path of tree) await files.getDirectoryClient(path.join('/')).createIfNotExists();
        const listed = await paths({ pageSize });
        const asListed = (path: string) => path.replaceAll('/', '\u0001');
        expect(listed).toEqual(
          [...expected].toSorted((left, right) => (asListed(left) < asListed(right) ? -1 : 1)),
        );
        for (const top of new Set(tree.map(([first = '']) => first)))
          await files.getDirectoryClient(top).delete(true);
      }),
      { numRuns: 30 },
    );
  });
});
