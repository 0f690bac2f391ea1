import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl } from '../support/two-accounts.ts';
import { startLake } from '../support/start-lake.ts';

describe('the Blob API of a hierarchical account', () => {
  it('shows directories as blobs without content and deletes only empty ones', async () => {
    const { source, files, write, paths } = await startLake();
    await write('d/f');
    const directory = source.getBlockBlobClient('d');
    expect((await directory.getProperties()).metadata).toEqual({ hdi_isfolder: 'true' });
    expect((await directory.downloadToBuffer()).length).toBe(0);
    await directory.setMetadata({ a: 'b' });
    expect((await directory.getProperties()).metadata).toEqual({ a: 'b', hdi_isfolder: 'true' });
    expect(await refusalOf(directory.delete())).toBe('409 DirectoryIsNotEmpty');
    const id = Buffer.from('1').toString('base64');
    expect(await refusalOf(directory.stageBlock(id, 'x', 1))).toBe('409 ResourceTypeMismatch');
    expect(await refusalOf(directory.commitBlockList([]))).toBe('409 ResourceTypeMismatch');
    const copy = directory.syncCopyFromURL(await sasUrl(source.getBlobClient('d/f')));
    expect(await refusalOf(copy)).toBe('409 ResourceTypeMismatch');
    expect(await paths()).toEqual(['d', 'd/f']);
    expect(await files.getDirectoryClient('d').exists()).toBe(true);
    await source.getBlobClient('d/f').delete();
    await directory.delete();
    expect(await paths()).toEqual([]);
  });

  it('turns an empty blob marked as a folder into a directory, and marks an existing directory', async () => {
    const { source, files, write, paths, mutations } = await startLake();
    await write('f');
    const stub = async (path: string, content = '') =>
      source
        .getBlockBlobClient(path)
        .upload(content, content.length, { metadata: { Hdi_isfolder: 'true', a: 'b' } });
    const made = await stub('d/e');
    expect(mutations.at(-1)).toMatchObject({ api: 'PutBlob', path: 'd/e', contentLength: 0 });
    await write('d/e/g');
    const directory = await files.getDirectoryClient('d/e').getProperties();
    expect(directory).toMatchObject({ etag: made.etag, metadata: { a: 'b', hdi_isfolder: 'true' } });
    expect(directory.contentMD5).toBeUndefined();
    await stub('content', 'x');
    for (const taken of ['f', 'f/g']) expect(await refusalOf(stub(taken))).toBe('409 ResourceTypeMismatch');
    await stub('d');
    expect((await files.getDirectoryClient('d').getProperties()).metadata).toMatchObject({ a: 'b' });
    expect(await paths()).toEqual(['content', 'd', 'd/e', 'd/e/g', 'f']);
    expect(await refusalOf(files.getDirectoryClient('content').create())).toBe('409 PathConflict');
  });

  it('finds files after they were moved', async () => {
    const { source, backup, files, write } = await startLake();
    await write('a/f', 'one');
    await files.getDirectoryClient('a').move('b');
    const blob = source.getBlockBlobClient('b/f');
    await blob.setHTTPHeaders({ blobContentType: 'text/plain' });
    await blob.setAccessTier('Cool');
    const { snapshot } = await blob.createSnapshot();
    await backup.getBlockBlobClient('deep/er/copy').syncUploadFromURL(await sasUrl(blob));
    expect(String(await backup.getBlockBlobClient('deep/er/copy').downloadToBuffer())).toBe('one');
    await files.getDirectoryClient('b').move('c');
    const moved = source.getBlockBlobClient('c/f');
    await moved.upload('two', 3);
    expect(String(await moved.withSnapshot(snapshot ?? '').downloadToBuffer())).toBe('one');
    expect(await refusalOf(moved.delete())).toBe('409 SnapshotsPresent');
    await moved.delete({ deleteSnapshots: 'include' });
    expect(await moved.exists()).toBe(false);
    const leased = source.getBlockBlobClient('c/leased');
    await leased.upload('x', 1);
    await leased.getBlobLeaseClient().acquireLease(15);
    expect(await refusalOf(files.getFileClient('c/leased').create())).toBe('412 LeaseIdMissing');
    expect(await refusalOf(files.getFileClient('c/leased').delete())).toBe('412 LeaseIdMissing');
  });

  it('keeps the blocks that were staged for a file when its directory moves', async () => {
    const { source, files } = await startLake();
    const id = Buffer.from('1').toString('base64');
    await source.getBlockBlobClient('a/f').stageBlock(id, 'hello', 5);
    expect(await source.getBlockBlobClient('a/f').exists()).toBe(false);
    await files.getDirectoryClient('a').move('b');
    await source.getBlockBlobClient('b/f').commitBlockList([id]);
    expect(String(await source.getBlockBlobClient('b/f').downloadToBuffer())).toBe('hello');
  });

  it('reports whether the account is hierarchical', async () => {
    const lake = await startLake();
    await lake.write('f');
    const flat = await startLake({ hierarchical: false });
    const kindOf = async ({ storage, source }: typeof lake) => {
      const service = BlobServiceClient.fromConnectionString(storage.connectionString('sourceaccount'));
      const { isHierarchicalNamespaceEnabled: ofService } = await service.getAccountInfo();
      const { isHierarchicalNamespaceEnabled: ofContainer } = await source.getAccountInfo();
      return [ofService, ofContainer === true];
    };
    expect(await kindOf(lake)).toEqual([true, true]);
    expect(await kindOf(flat)).toEqual([false, false]);
  });

  it('refuses tags, page blobs and every delimiter but the slash', async () => {
    const { source } = await startLake();
    const blob = source.getBlockBlobClient('f');
    const refused = '409 FeatureNotYetSupportedForHierarchicalNamespaceAccounts';
    expect(await refusalOf(blob.upload('x', 1, { tags: { a: 'b' } }))).toBe(refused);
    await blob.upload('x', 1);
    expect(await refusalOf(blob.setTags({ a: 'b' }))).toBe(refused);
    expect(await refusalOf(blob.getTags())).toBe(refused);
    expect(await refusalOf(source.getPageBlobClient('p').create(512))).toBe(refused);
    const append = source.getAppendBlobClient('log');
    await append.create();
    await append.appendBlock('x', 1);
    expect(await refusalOf(source.listBlobsByHierarchy('-').next())).toBe('400 InvalidQueryParameterValue');
  });
});
