import { describe, expect, it } from 'vitest';

import { createAccountSas } from '../../src/account-sas.ts';
import { accounts } from '../support/accounts.ts';
import { refusalOf, sasUrl } from '../support/two-accounts.ts';
import { serviceOf, startLake } from '../support/start-lake.ts';

describe('a rename of a file', () => {
  it('keeps its content, ETag, times and properties', async () => {
    const { files, source, write, paths } = await startLake();
    await write('a/f');
    const file = files.getFileClient('a/f');
    await file.setMetadata({ colour: 'blue' });
    const before = await file.getProperties();
    await files.getDirectoryClient('b').create();
    await file.move('b/ü g.txt');
    const after = await files.getFileClient('b/ü g.txt').getProperties();
    for (const fact of ['etag', 'lastModified', 'createdOn', 'metadata', 'contentLength'] as const)
      expect(after[fact]).toEqual(before[fact]);
    expect(String(await source.getBlobClient('b/ü g.txt').downloadToBuffer())).toBe('hello');
    expect(await file.exists()).toBe(false);
    expect(await paths()).toEqual(['a', 'b', 'b/ü g.txt']);
  });

  it('replaces a file, unless a condition forbids it', async () => {
    const { files, write, paths } = await startLake();
    await write('new', 'new');
    await write('old', 'old');
    const file = files.getFileClient('new');
    expect(await refusalOf(file.move('old', { destinationConditions: { ifNoneMatch: '*' } }))).toBe(
      '409 PathAlreadyExists',
    );
    expect(await refusalOf(file.move('old', { destinationConditions: { ifMatch: '"0x1"' } }))).toBe(
      '412 ConditionNotMet',
    );
    expect(await refusalOf(file.move('old', { conditions: { ifMatch: '"0x1"' } }))).toBe(
      '412 SourceConditionNotMet',
    );
    expect(await refusalOf(file.move('nowhere/f'))).toBe('404 RenameDestinationParentPathNotFound');
    expect(await refusalOf(files.getFileClient('missing').move('old'))).toBe('404 SourcePathNotFound');
    expect(String(await files.getFileClient('old').readToBuffer())).toBe('old');
    const { etag } = await file.getProperties();
    const replaced = await files.getFileClient('old').getProperties();
    await file.move('old', {
      conditions: { ifMatch: etag ?? '' },
      destinationConditions: { ifMatch: replaced.etag ?? '' },
    });
    expect(String(await files.getFileClient('old').readToBuffer())).toBe('new');
    expect(await paths()).toEqual(['old']);
  });

  it('can move to another file system of the account', async () => {
    const lake = await startLake();
    const other = serviceOf(lake).getFileSystemClient('other');
    await other.create();
    await lake.write('d/f');
    await lake.files.getDirectoryClient('d').move('other', 'e');
    expect(String(await other.getFileClient('e/f').readToBuffer())).toBe('hello');
    await other.getFileClient('e/f').setMetadata({ a: 'b' });
    await lake.files.delete();
    expect((await other.getFileClient('e/f').getProperties()).metadata).toEqual({ a: 'b' });
    await other.getFileClient('e/f').delete();
    expect(await other.getFileClient('e/f').exists()).toBe(false);
  });
});

describe('a rename of a directory', () => {
  it('moves everything below it in one step, with unchanged ETags', async () => {
    const { files, source, write, paths } = await startLake();
    await write('d/x/f', 'f');
    await source.getBlockBlobClient('d/y/g').upload('g', 1, { metadata: { a: 'b' } });
    const etags = async (root: string) =>
      Promise.all(
        ['', '/x', '/x/f', '/y/g'].map(
          async (path) => (await files.getFileClient(root + path).getProperties()).etag,
        ),
      );
    const before = await etags('d');
    await files.getDirectoryClient('d').move('e');
    expect(await etags('e')).toEqual(before);
    expect(await paths()).toEqual(['e', 'e/x', 'e/x/f', 'e/y', 'e/y/g']);
    expect(await refusalOf(source.getBlobClient('d/y/g').getProperties())).toMatch(/^404/);
    await source.getBlockBlobClient('e/y/g').upload('gg', 2);
    expect(String(await files.getFileClient('e/y/g').readToBuffer())).toBe('gg');
    await write('d/x/f', 'another');
    expect(String(await files.getFileClient('e/x/f').readToBuffer())).toBe('f');
  });

  it('replaces an empty directory and nothing else', async () => {
    const { files, write, paths } = await startLake();
    await write('d/f');
    await files.getDirectoryClient('empty').create();
    await write('full/g');
    await write('file');
    const directory = files.getDirectoryClient('d');
    expect(await refusalOf(directory.move('full'))).toBe('409 PathAlreadyExists');
    expect(await refusalOf(directory.move('file'))).toBe('409 InvalidSourceOrDestinationResourceType');
    expect(await refusalOf(files.getFileClient('file').move('empty'))).toBe(
      '409 InvalidSourceOrDestinationResourceType',
    );
    expect(await refusalOf(directory.move('d'))).toBe('409 InvalidRenameSourcePath');
    expect(await refusalOf(directory.move('d/e'))).toBe('409 InvalidRenameSourcePath');
    expect(await refusalOf(directory.move('file/d'))).toBe('404 RenameDestinationParentPathNotFound');
    await directory.move('empty');
    expect(await paths()).toEqual(['empty', 'empty/f', 'file', 'full', 'full/g']);
  });
});

describe('the conditions of a rename', () => {
  it('apply to the source and the destination, for directories and files', async () => {
    const { files, write, paths, mutations } = await startLake();
    await write('d/f');
    const directory = files.getDirectoryClient('d');
    const empty = files.getDirectoryClient('empty');
    await empty.create();
    mutations.length = 0;
    const stale = { ifMatch: '"0x1"' };
    const none = { ifNoneMatch: '*' };
    const to = (path: string, conditions?: object, destinationConditions?: object) =>
      refusalOf(
        directory.move(path, {
          ...(conditions && { conditions }),
          ...(destinationConditions && { destinationConditions }),
        }),
      );
    expect(await to('empty', stale)).toBe('412 SourceConditionNotMet');
    expect(await to('empty', {}, stale)).toBe('412 ConditionNotMet');
    expect(await to('empty', {}, none)).toBe('409 PathAlreadyExists');
    expect(await to('new', {}, stale)).toBe('412 ConditionNotMet');
    expect(await paths()).toEqual(['d', 'd/f', 'empty']);
    expect(mutations).toEqual([]);

    const etags = await Promise.all(
      [directory, empty].map(async (each) => (await each.getProperties()).etag ?? ''),
    );
    const [ofSource = '', ofEmpty = ''] = etags;
    expect(await to('empty', { ifMatch: ofSource }, { ifMatch: ofEmpty })).toBe('was not refused');
    expect((await empty.getProperties()).etag).toBe(ofSource);
    await empty.move('new', { destinationConditions: none });
    expect(await paths()).toEqual(['new', 'new/f']);
    expect(mutations.map(({ api }) => api)).toEqual(['RenameDirectory', 'RenameDirectory']);
  });

  it('also apply between file systems', async () => {
    const lake = await startLake();
    const other = serviceOf(lake).getFileSystemClient('other');
    await other.create();
    await lake.write('f', 'one');
    await other.getFileClient('g').upload(Buffer.from('two'));
    const file = lake.files.getFileClient('f');
    const conditions = { destinationConditions: { ifNoneMatch: '*' } };
    expect(await refusalOf(file.move('other', 'g', conditions))).toBe('409 PathAlreadyExists');
    const { etag = '' } = await other.getFileClient('g').getProperties();
    lake.mutations.length = 0;
    await file.move('other', 'g', { destinationConditions: { ifMatch: etag } });
    expect(String(await other.getFileClient('g').readToBuffer())).toBe('one');
    expect(lake.mutations).toMatchObject([
      { api: 'RenameFile', container: 'other', path: 'g', sourceUrl: `${lake.source.url}/f` },
    ]);
  });
});

describe('the URL of a rename', () => {
  it('may omit the account in the destination or in the source', async () => {
    const { storage, source, write, paths } = await startLake();
    await write('a');
    const sas = createAccountSas({
      accountName: 'sourceaccount',
      accountKey: accounts[0]?.key ?? '',
      blobEndpoint: '',
      dfsEndpoint: null,
      connectionString: '',
    });
    const origin = `http://127.0.0.1:${storage.port}`;
    const rename = async (url: string, from: string, query = sas) => {
      const headers = { 'x-ms-rename-source': `${from}?${query}`, 'x-ms-version': '2023-11-03' };
      return (await fetch(`${origin}${url}?${query}`, { method: 'PUT', headers })).status;
    };
    expect(await rename('/sourceaccount/docs/b', '/docs/a')).toBe(201);
    expect(await rename('/sourceaccount/docs/c', '/sourceaccount/docs/b')).toBe(201);
    expect(await rename('/docs/d%20d', '/sourceaccount/docs/c')).toBe(201);
    expect(await rename('/docs/e', '/docs/d%20d')).toBe(404);
    expect(await rename('/docs/e', '/sourceaccount/docs/d%20d', 'sig=wrong')).toBe(403);
    const ofOneBlob = new URL(await sasUrl(source.getBlobClient('e'), 'rcw')).searchParams.toString();
    expect(await rename('/sourceaccount/docs/e', '/docs/d%20d', ofOneBlob)).toBe(403);
    expect(await paths()).toEqual(['d d']);
  });
});
