import {
  BlobServiceClient,
  type ContainerItem,
  type ServiceListContainersOptions,
} from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../support/two-accounts.ts';
import { DAY, contentOf, listed, startWith } from './support.ts';

async function softDeleting(hierarchical: boolean) {
  const two = await startWith({ containerRetentionDays: 7 }, { hierarchical });
  const service = BlobServiceClient.fromConnectionString(
    two.storage.connectionString('sourceaccount').replace(/DfsEndpoint=[^;]*;/, ''),
  );
  const containers = async (options: ServiceListContainersOptions = { includeDeleted: true }, size = 100) => {
    const items: ContainerItem[] = [];
    for await (const page of service.listContainers(options).byPage({ maxPageSize: size }))
      items.push(...page.containerItems);
    return items;
  };
  const restore = async (version = '') => await service.undeleteContainer('docs', version);
  return { ...two, service, containers, restore };
}

describe.each([
  ['flat', false],
  ['hierarchical', true],
])(
  'soft delete of containers of %s accounts (learn.microsoft.com/azure/storage/blobs/soft-delete-container-overview)',
  (_kind, hierarchical) => {
    it('lists a deleted container when that is asked for, and restores it with its blobs, metadata and access', async () => {
      const { source, containers, restore } = await softDeleting(hierarchical);
      await source.getBlockBlobClient('a/b').upload('one', 3);
      await source.setMetadata({ a: 'b' });
      await source.setAccessPolicy('blob');
      await source.delete();
      expect(await source.exists()).toBe(false);
      expect(await containers({})).toEqual([]);
      const [deleted, ...more] = await containers({ includeDeleted: true, includeMetadata: true });
      expect([deleted?.name, deleted?.deleted, deleted?.metadata, more]).toEqual([
        'docs',
        true,
        { a: 'b' },
        [],
      ]);
      expect(deleted?.version).toMatch(/^[\dA-F]{16}$/);
      expect(deleted?.properties.deletedOn).toBeInstanceOf(Date);
      expect(deleted?.properties.remainingRetentionDays).toBe(6);
      expect(await refusalOf(restore('0000000000000000'))).toBe('404 ContainerNotFound');
      await restore(deleted?.version);
      const { metadata, blobPublicAccess, leaseState } = await source.getProperties();
      expect([metadata, blobPublicAccess, leaseState]).toEqual([{ a: 'b' }, 'blob', 'available']);
      expect(await contentOf(source.getBlobClient('a/b'))).toBe('one');
      expect((await containers()).map((each) => each.deleted)).toEqual([undefined]);
    });

    it('keeps several of one name apart, page by page, and restores one when the name is free', async () => {
      const { source, service, containers, restore } = await softDeleting(hierarchical);
      for (const content of ['one', 'two']) {
        await source.createIfNotExists();
        await source.getBlockBlobClient('a').upload(content, 3);
        await source.delete();
      }
      await source.create();
      await service.getContainerClient('docs-2').create();
      expect(await listed(source)).toEqual([]);
      const all = await containers({ includeDeleted: true }, 1);
      expect(all.map(({ name, deleted }) => [name, deleted])).toEqual([
        ['docs', undefined],
        ['docs', true],
        ['docs', true],
        ['docs-2', undefined],
      ]);
      expect(await refusalOf(restore(all[1]?.version))).toBe('409 ContainerAlreadyExists');
      await source.delete();
      await restore(all[1]?.version);
      expect(await contentOf(source.getBlobClient('a'))).toBe('one');
    });

    it('lets go of a container when its retention is over', async () => {
      const { source, storage, containers, restore } = await softDeleting(hierarchical);
      await source.delete();
      const [deleted] = await containers();
      await storage.advance(7 * DAY);
      expect(await containers()).toEqual([]);
      expect(await refusalOf(restore(deleted?.version))).toBe('404 ContainerNotFound');
      await source.create();
    });
  },
);

it('deletes a container at once in an account without soft delete of containers', async () => {
  const { source, storage } = await startWith({ blobRetentionDays: 7 });
  await source.getBlockBlobClient('a').upload('one', 3);
  await source.delete();
  const service = BlobServiceClient.fromConnectionString(storage.connectionString('sourceaccount'));
  for await (const item of service.listContainers({ includeDeleted: true })) expect(item).toBe('not there');
  await source.create();
  expect(await listed(source, { includeDeleted: true })).toEqual([]);
});
