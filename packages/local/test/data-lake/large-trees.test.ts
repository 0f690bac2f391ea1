import { describe, expect, it } from 'vitest';

import { walk } from '../../src/data-lake/walk.ts';
import { createAccountSas } from '../../src/account-sas.ts';
import { accounts } from '../support/accounts.ts';
import { startLake } from '../support/start-lake.ts';
import { countStatements, makeTree } from './support.ts';

describe('a directory with many paths below it', () => {
  it('is moved and removed by changing only its own row', async () => {
    const { store, namespace, node, makeFile, remove } = await makeTree('c', 'other');
    store.write(() => {
      for (let index = 0; index < 3000; index++) makeFile('c', `big/${index % 10}/${index}`);
    });
    const target = namespace.makeDirectory('a', 'other', 'x/y');
    const before = node('c', 'big/7/2997');
    const big = node('c', 'big');
    const moving = countStatements(() => namespace.move(big, target, 'z'));
    expect(moving).toMatchObject({ rowsChanged: 1, rowsRead: 0 });
    expect(namespace.node('a', 'c', 'big/7/2997')).toBeUndefined();
    const moved = node('other', 'x/y/z/7/2997');
    expect([moved.id, moved.parent, moved.properties]).toEqual([before.id, before.parent, before.properties]);
    const all = () => [...walk(store.listing, node('other', ''), { recursive: true })];
    expect(all()).toHaveLength(3 + 10 + 3000);
    const removing = countStatements(() => remove(big));
    expect(removing).toMatchObject({ rowsChanged: 1, rowsRead: 0 });
    expect(all().map(({ name }) => name)).toEqual(['x', 'x/y']);
  });

  it('is listed page by page without reading earlier pages again', async () => {
    const { store, node, makeFile } = await makeTree('c');
    store.write(() => {
      for (let index = 0; index < 5000; index++) makeFile('c', `big/${index}`);
    });
    const root = node('c', '');
    const names = [...walk(store.listing, root, { recursive: true })].map(({ name }) => name);
    const page: string[] = [];
    const counts = countStatements(() => {
      for (const { name } of walk(store.listing, root, { recursive: true, after: names[2500] ?? '' }))
        if (page.push(name) === 10) break;
    });
    expect(page).toEqual(names.slice(2501, 2511));
    // One for each directory on the way, and no more rows than one query reads.
    expect(counts.statements).toBe(2);
    expect(counts.rowsRead).toBeLessThan(600);
  });

  it('is deleted after the last page of a paginated delete', async () => {
    const { storage, files, source, paths } = await startLake();
    const count = 5200;
    // Each path creates a hundred directories.
    for (let index = 0; index < count; index += 100) {
      const path = Array.from({ length: 100 }, (_, depth) => `${index + depth}`).join('/');
      await source.getBlockBlobClient(`d/${path}`).upload('', 0);
    }
    const sas = createAccountSas({
      accountName: 'sourceaccount',
      accountKey: accounts[0]?.key ?? '',
      blobEndpoint: '',
      dfsEndpoint: null,
      connectionString: '',
    });
    const url = `${storage.blobEndpoint('sourceaccount')}/docs/d?recursive=true&paginated=true&${sas}`;
    const first = await fetch(url, { method: 'DELETE' });
    const continuation = first.headers.get('x-ms-continuation') ?? '';
    expect(continuation).not.toBe('');
    expect(await files.getDirectoryClient('d').exists()).toBe(true);
    const second = await fetch(`${url}&continuation=${continuation}`, { method: 'DELETE' });
    expect([second.status, second.headers.get('x-ms-continuation')]).toEqual([200, null]);
    expect(await paths()).toEqual([]);
    const wrong = await fetch(`${url}&continuation=!`, { method: 'DELETE' });
    expect(wrong.status).toBe(404);
  });
});
