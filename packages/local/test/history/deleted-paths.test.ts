import type { DeletedPath } from '@azure/storage-file-datalake';
import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { accounts } from '../support/accounts.ts';
import { startLake } from '../support/start-lake.ts';
import { refusalOf } from '../support/two-accounts.ts';
import { DAY } from './support.ts';

const OVERVIEW = 'learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview';

async function softDeleting() {
  const lake = await startLake({ accounts: accounts.map((each) => ({ ...each, blobRetentionDays: 7 })) });
  const deleted = async (prefix = '', maxPageSize = 100) => {
    const found: DeletedPath[] = [];
    for await (const page of lake.files.listDeletedPaths({ prefix }).byPage({ maxPageSize }))
      found.push(...(page.pathItems ?? []));
    return found;
  };
  const read = async (path: string) => (await lake.files.getFileClient(path).readToBuffer()).toString();
  const undelete = async (path: string, id = '') => await lake.files.undeletePath(path, id);
  return { ...lake, deleted, read, undelete };
}

describe(`soft delete in hierarchical accounts (${OVERVIEW})`, () => {
  it('keeps a deleted file, and undelete brings it back with all it had', async () => {
    const { files, write, deleted, paths, read, undelete } = await softDeleting();
    await write('d/f', 'one');
    const file = files.getFileClient('d/f');
    await file.setMetadata({ a: 'b' });
    await file.setPermissions({
      owner: { read: true, write: false, execute: false },
      group: { read: true, write: false, execute: false },
      other: { read: false, write: false, execute: false },
      stickyBit: false,
      extendedAcls: false,
    });
    const before = await file.getProperties();
    const {
      _response: { headers },
    } = await file.delete();
    expect(headers.get('x-ms-delete-type-permanent')).toBe('false');
    expect(await paths()).toEqual(['d']);
    const [path, ...more] = await deleted();
    expect([path?.name, path?.deletionId, more]).toEqual(['d/f', headers.get('x-ms-deletion-id'), []]);
    expect(path?.deletionId).toMatch(/^\d{18}$/);
    expect([path?.remainingRetentionDays, path?.deletedOn]).toEqual([6, expect.any(Date)]);
    expect(await refusalOf(file.read())).toMatch(/^404/);
    const restored = await undelete('d/f', path?.deletionId);
    expect(restored.resourceType).toBe('file');
    expect(await read('d/f')).toBe('one');
    const { etag, metadata, permissions } = await file.getProperties();
    expect({ etag, metadata, permissions }).toEqual({
      etag: before.etag,
      metadata: { a: 'b' },
      permissions: before.permissions,
    });
    expect(await deleted()).toEqual([]);
  });

  it('keeps a deleted directory with all that is in it, which is not listed by itself', async () => {
    const { files, write, deleted, paths, read, undelete } = await softDeleting();
    await write('d/e/f', 'one');
    await write('d/g', 'two');
    await files.getDirectoryClient('d').delete(true);
    const [directory, ...more] = await deleted();
    expect([directory?.name, more]).toEqual(['d', []]);
    expect((await undelete('d', directory?.deletionId)).resourceType).toBe('directory');
    expect(await paths()).toEqual(['d', 'd/e', 'd/e/f', 'd/g']);
    expect(await read('d/e/f')).toBe('one');
  });

  it('keeps each deletion of a path apart, page by page, and restores to a free path only', async () => {
    const { files, write, deleted, read, undelete } = await softDeleting();
    for (const content of ['one', 'two', 'three']) {
      await write('f', content);
      await files.getFileClient('f').delete();
    }
    await write('a', 'a');
    await files.getFileClient('a').delete();
    await write('f', 'four');
    const all = await deleted('', 1);
    expect(all.map(({ name }) => name)).toEqual(['a', 'f', 'f', 'f']);
    expect((await deleted('f')).map(({ name }) => name)).toEqual(['f', 'f', 'f']);
    expect(await refusalOf(undelete('f', all[2]?.deletionId))).toBe('409 BlobAlreadyExists');
    await files.getFileClient('f').move('g');
    await undelete('f', all[2]?.deletionId);
    expect([await read('f'), await read('g')]).toEqual(['two', 'four']);
    expect(await refusalOf(undelete('f', '1'))).toBe('404 BlobNotFound');
  });

  it('disconnects what was deleted in a directory that is renamed, until one has its name again', async () => {
    const { files, write, deleted, paths, undelete } = await softDeleting();
    await write('d/f');
    await files.getFileClient('d/f').delete();
    await files.getDirectoryClient('d').move('moved');
    const [path] = await deleted();
    expect(path?.name).toBe('d/f');
    expect(await refusalOf(undelete('d/f', path?.deletionId))).toBe('404 PathNotFound');
    await files.getDirectoryClient('d').create();
    await undelete('d/f', path?.deletionId);
    expect(await paths()).toEqual(['d', 'd/f', 'moved']);
  });

  it('keeps a file that a rename replaces, and nothing that is overwritten', async () => {
    const { files, write, deleted, read, undelete } = await softDeleting();
    await write('a', 'one');
    await write('b', 'two');
    await files.getFileClient('b').move('a');
    const [path, ...more] = await deleted();
    expect([path?.name, more]).toEqual(['a', []]);
    await write('a', 'three');
    expect(await deleted()).toHaveLength(1);
    await files.getFileClient('a').delete();
    await undelete('a', path?.deletionId);
    expect(await read('a')).toBe('one');
  });

  it('keeps what Delete Blob deletes, and for good what has snapshots', async () => {
    const { source, write, deleted } = await softDeleting();
    await write('a');
    await source.getBlobClient('a').delete();
    expect(await deleted()).toHaveLength(1);
    await write('b');
    await source.getBlobClient('b').createSnapshot();
    await source.getBlobClient('b').delete({ deleteSnapshots: 'include' });
    expect((await deleted()).map(({ name }) => name)).toEqual(['a']);
  });

  it('lets go of files and directories when their retention is over', async () => {
    const { files, storage, write, deleted, undelete } = await softDeleting();
    await write('d/e/f');
    await write('g');
    await files.getDirectoryClient('d').delete(true);
    await files.getFileClient('g').delete();
    const all = await deleted();
    await storage.advance(7 * DAY);
    expect(await deleted()).toEqual([]);
    for (const { name, deletionId } of all)
      expect(await refusalOf(undelete(name, deletionId))).toMatch(/^404/);
    await write('d/e/f');
  });

  it('is off until Set Blob Service Properties switches it on, and knows no versions', async () => {
    const { files, source, storage, write } = await startLake();
    await write('a');
    await files.getFileClient('a').delete();
    const service = BlobServiceClient.fromConnectionString(
      storage.connectionString('sourceaccount').replace(/DfsEndpoint=[^;]*;/, ''),
    );
    await service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 3 } });
    await write('b');
    await files.getFileClient('b').delete();
    const names: (string | undefined)[] = [];
    for await (const { name } of files.listDeletedPaths()) names.push(name);
    expect(names).toEqual(['b']);
    const version = source.getBlobClient('a').withVersion('2026-01-01T00:00:00.0000000Z');
    expect(await refusalOf(version.download())).toBe('400 UnsupportedQueryParameter');
    await expect(
      startLake({ accounts: accounts.map((each) => ({ ...each, versioning: true })) }),
    ).rejects.toThrow('a hierarchical account cannot have versioning');
  });
});
