import { describe, expect, it, onTestFinished } from 'vitest';

import { type Node, type Records, openRecords, pathOf, toSegments } from '../../src/data-lake/entry.ts';
import { Namespace } from '../../src/data-lake/namespace.ts';
import { walk } from '../../src/data-lake/walk.ts';
import { createAccountSas } from '../../src/account-sas.ts';
import { openStores } from '../../src/storage/stores/open-stores.ts';
import { RequestsInFlight } from '../../src/requests/storage-request.ts';
import { accounts } from '../support/accounts.ts';
import { startLake } from '../support/start-lake.ts';

/** A tree without a server, and the number of documents that were reported as changed. */
async function openTree(): Promise<{ tree: Namespace; changes: () => number }> {
  const stores = await openStores(undefined, new RequestsInFlight(), { onDiskError() {}, onDiskFree() {} });
  onTestFinished(async () => stores.close());
  const records = openRecords(stores.metadata.db);
  let changes = 0;
  const counting: Records = {
    ...records,
    changed(document) {
      changes++;
      records.changed(document);
    },
  };
  return { tree: new Namespace(counting), changes: () => changes };
}

describe('a directory with many paths below it', () => {
  it('is moved by changing only its own document', async () => {
    const { tree, changes } = await openTree();
    for (let index = 0; index < 3000; index++) tree.makeDirectory('a', 'c', `big/${index % 10}/${index}`);
    const big = tree.find('a', 'c', 'big');
    if (big === undefined) throw new Error('it was just made');
    tree.move(big, tree.makeDirectory('a', 'other', 'x/y'), 'z');
    expect(changes()).toBe(1);
    expect(tree.find('a', 'c', 'big/7/2997')).toBeUndefined();
    const moved = tree.find('a', 'other', 'x/y/z/7/2997');
    expect(moved && toSegments(pathOf(moved))).toEqual(['x', 'y', 'z', '7', '2997']);
    expect([...walk(tree.makeDirectory('a', 'other', ''), { recursive: true })]).toHaveLength(3 + 10 + 3000);
    tree.remove(big);
    expect([...walk(tree.makeDirectory('a', 'other', ''), { recursive: true })].map(pathOf)).toEqual([
      'x',
      'x/y',
    ]);
  });

  it('is listed page by page without reading earlier pages again', async () => {
    const { tree } = await openTree();
    for (let index = 0; index < 3000; index++) tree.makeDirectory('a', 'c', `big/${index}`);
    const root = tree.makeDirectory('a', 'c', '');
    const all = [...walk(root, { recursive: true })];
    let looks = 0;
    for (const node of all) {
      const { document } = node;
      Object.defineProperty(node, 'document', { get: () => (looks++, document) });
    }
    const middle = all[1500];
    if (middle === undefined) throw new Error('there are 3,001');
    const after = pathOf(middle);
    looks = 0;
    const page: Node[] = [];
    for (const node of walk(root, { recursive: true, after })) if (page.push(node) === 10) break;
    expect(page).toEqual(all.slice(1501, 1511));
    expect(looks).toBeLessThan(200);
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
