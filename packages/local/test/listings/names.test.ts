import { expect, it } from 'vitest';

import { startTwoAccounts } from '../support/two-accounts.ts';

it.each([false, true])(
  'names that XML cannot hold are listed, page by page (hierarchical: %s)',
  async (hierarchical) => {
    const { source } = await startTwoAccounts({ hierarchical });
    const names = ['a', 'b/\uFFFE', 'b/\uFFFF & é', '\uFDD0', '\uFDD0%', '\uFFFE'];
    for (const name of names) await source.getBlockBlobClient(name).upload('', 0);

    const listed: string[] = [];
    for await (const page of source.listBlobsFlat().byPage({ maxPageSize: 1 }))
      listed.push(...page.segment.blobItems.map(({ name }) => name));
    expect(listed.filter((name) => !hierarchical || name !== 'b')).toEqual(names);

    const children: string[] = [];
    for await (const page of source.listBlobsByHierarchy('/', { prefix: 'b/' }).byPage({ maxPageSize: 1 }))
      children.push(...page.segment.blobItems.map(({ name }) => name));
    expect(children).toEqual(names.slice(1, 3));
  },
);

it('blobs whose names XML cannot hold are found by their tags', async () => {
  const { source } = await startTwoAccounts();
  for (const name of ['x\uFFFE', 'x\uFFFF'])
    await source.getBlockBlobClient(name).upload('', 0, { tags: { kind: 'odd' } });
  const found: string[] = [];
  for await (const page of source.findBlobsByTags(`kind='odd'`).byPage({ maxPageSize: 1 }))
    found.push(...page.blobs.map(({ name }) => decodeURIComponent(name)));
  expect(found).toEqual(['x\uFFFE', 'x\uFFFF']);
});
