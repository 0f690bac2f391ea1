import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl } from '../support/two-accounts.ts';
import { startLake } from '../support/start-lake.ts';

describe('a file', () => {
  it('is created, appended to in any order, flushed and read', async () => {
    const { files } = await startLake();
    const file = files.getFileClient('a/b/c.txt');
    const created = await file.create({
      metadata: { colour: 'blue' },
      pathHttpHeaders: { contentType: 'text/plain' },
    });
    expect((await file.read()).contentLength).toBe(0);
    await file.append('world', 5, 5);
    await file.append('hello', 0, 5);
    expect((await file.getProperties()).contentLength).toBe(0);
    expect(await refusalOf(file.flush(7))).toBe('400 InvalidFlushPosition');
    const flushed = await file.flush(10, { conditions: { ifMatch: created.etag ?? '' } });
    expect(flushed.etag).not.toBe(created.etag);
    expect(String(await file.readToBuffer())).toBe('helloworld');
    const properties = await file.getProperties();
    expect(properties).toMatchObject({
      contentLength: 10,
      contentType: 'text/plain',
      metadata: { colour: 'blue' },
      etag: flushed.etag,
    });
    expect(await refusalOf(file.append('x', 3, 1))).toBe('400 InvalidQueryParameterValue');
    await file.append('!', 10, 1);
    expect(await refusalOf(file.flush(11, { conditions: { ifMatch: created.etag ?? '' } }))).toBe(
      '412 ConditionNotMet',
    );
    await file.flush(11);
    expect(String(await file.readToBuffer(3, 5))).toBe('lowor');
    await file.create();
    expect((await file.readToBuffer()).length).toBe(0);
    expect((await file.getProperties()).metadata).toEqual({});
  });

  it('refuses content that differs from its headers, and keeps bytes that a flush leaves staged', async () => {
    const { files, source } = await startLake();
    const file = files.getFileClient('f');
    await file.create();
    const md5 = createHash('md5').update('hello').digest();
    // The SDK does not send the MD5 that it is given for an append.
    const append = async (body: string) => {
      const url = `${await sasUrl(source.getBlobClient('f'), 'rcw')}&action=append&position=0`;
      const headers = { 'content-md5': md5.toString('base64'), 'x-ms-version': '2023-11-03' };
      const response = await fetch(url, { method: 'PATCH', headers, body });
      return [response.status, response.headers.get('x-ms-error-code')];
    };
    expect(await append('world')).toEqual([400, 'Md5Mismatch']);
    await file.append('lost', 0, 4);
    expect(await append('hello')).toEqual([202, null]);
    await file.append('world', 5, 5);
    await file.flush(5, {
      retainUncommittedData: true,
      pathHttpHeaders: { contentMD5: new Uint8Array(md5) },
    });
    expect((await file.getProperties()).contentMD5).toEqual(md5);
    await file.append('!', 10, 1, { flush: true });
    expect(String(await file.readToBuffer())).toBe('helloworld!');
    await file.append('never', 11, 5);
    await file.append('never', 20, 5);
    await file.flush(11);
    expect(await refusalOf(file.flush(16))).toBe('400 InvalidFlushPosition');
  });

  it('must have a name that Azure accepts', async () => {
    const { files, write } = await startLake();
    await write('f');
    const long = 'n'.repeat(1025);
    expect(await refusalOf(files.getFileClient(long).create())).toBe('400 OutOfRangeInput');
    expect(await refusalOf(files.getDirectoryClient(long).create())).toBe('400 OutOfRangeInput');
    expect(await refusalOf(files.getDirectoryClient('a\u0001').create())).toBe('400 InvalidResourceName');
    expect(await refusalOf(files.getFileClient('f').move('a\u0001'))).toBe('400 InvalidResourceName');
  });

  it('creates its missing parent directories, in either API', async () => {
    const { files, source, write, paths } = await startLake();
    await write('a/b/c');
    await source.getBlockBlobClient('x/y/z').upload('x', 1);
    expect(await paths()).toEqual(['a', 'a/b', 'a/b/c', 'x', 'x/y', 'x/y/z']);
    expect(await files.getDirectoryClient('x/y').exists()).toBe(true);
    expect(await refusalOf(files.getFileClient('a/b/c/d').create())).toBe('409 PathConflict');
    expect(await refusalOf(files.getDirectoryClient('a/b/c').create())).toBe('409 PathConflict');
    expect(await refusalOf(files.getFileClient('a/b').create())).toBe('409 PathConflict');
    expect(await refusalOf(source.getBlockBlobClient('a/b/c/d').upload('x', 1))).toBe(
      '409 ResourceTypeMismatch',
    );
    expect(await refusalOf(source.getBlockBlobClient('a/b').upload('x', 1))).toBe('409 ResourceTypeMismatch');
    expect(await paths({ path: 'a' })).toEqual(['a/b', 'a/b/c']);
  });

  it('is created only at a free path under If-None-Match', async () => {
    const { files } = await startLake();
    const file = files.getFileClient('a');
    const results = await Promise.all(Array.from({ length: 10 }, async () => file.createIfNotExists()));
    expect(results.filter(({ succeeded }) => succeeded)).toHaveLength(1);
    expect(await refusalOf(file.create({ conditions: { ifNoneMatch: '*' } }))).toBe('409 PathAlreadyExists');
    expect(await refusalOf(file.create({ conditions: { ifMatch: '"0x1"' } }))).toBe('412 ConditionNotMet');
  });

  it('accepts content only from the API that created it', async () => {
    const { files, source, write } = await startLake();
    await write('by-path');
    const blob = source.getBlockBlobClient('by-path');
    const id = Buffer.from('1').toString('base64');
    expect((await blob.getBlockList('all')).committedBlocks).toEqual([]);
    expect(await refusalOf(blob.stageBlock(id, 'x', 1))).toBe('409 InvalidBlobType');
    expect(await refusalOf(blob.commitBlockList([]))).toBe('409 InvalidBlobType');
    await blob.upload('whole', 5);
    await blob.stageBlock(id, 'x', 1);
    await blob.commitBlockList([id]);
    const file = files.getFileClient('by-path');
    expect(await refusalOf(file.append('x', 1, 1))).toBe('409 InvalidAppendOperation');
    expect(await refusalOf(file.flush(1))).toBe('409 InvalidFlushOperation');
    expect(String(await file.readToBuffer())).toBe('x');
    await write('by-path', 'again');
    expect(String(await blob.downloadToBuffer())).toBe('again');
    await source.getBlockBlobClient('copied').upload('copied', 6);
    await blob.syncCopyFromURL(await sasUrl(source.getBlobClient('copied')));
    expect(await refusalOf(file.append('x', 6, 1))).toBe('409 InvalidAppendOperation');
    expect(String(await file.readToBuffer())).toBe('copied');
  });

  it('loses bytes that were not flushed when it is created again', async () => {
    const { files, write } = await startLake();
    await write('f');
    const file = files.getFileClient('f');
    await file.append(' world', 5, 6);
    await file.create();
    await file.append('hello', 0, 5);
    expect(await refusalOf(file.flush(11))).toBe('400 InvalidFlushPosition');
    await file.flush(5);
    expect(String(await file.readToBuffer())).toBe('hello');
  });
});

describe('a directory', () => {
  it('is created with metadata and keeps its content when it is created again', async () => {
    const { files, write, paths } = await startLake();
    const directory = files.getDirectoryClient('d/e');
    await directory.create({ metadata: { a: '1' } });
    await write('d/e/f');
    expect((await directory.getProperties()).metadata).toEqual({ a: '1', hdi_isfolder: 'true' });
    expect((await directory.createIfNotExists()).succeeded).toBe(false);
    await directory.create();
    expect((await directory.getProperties()).metadata).toEqual({ hdi_isfolder: 'true' });
    await directory.setMetadata({ b: '2' });
    expect((await directory.getProperties()).metadata).toEqual({ b: '2', hdi_isfolder: 'true' });
    expect(await paths()).toEqual(['d', 'd/e', 'd/e/f']);
  });

  it('is deleted when empty, or recursively on request', async () => {
    const { files, write, paths } = await startLake();
    await write('d/e/f');
    await write('d/g');
    await write('keep');
    const directory = files.getDirectoryClient('d');
    expect(await refusalOf(directory.delete(false))).toBe('409 DirectoryNotEmpty');
    const stale = { conditions: { ifMatch: '"0x1"' } };
    expect(await refusalOf(directory.delete(true, stale))).toBe('412 ConditionNotMet');
    await directory.delete(true);
    expect(await paths()).toEqual(['keep']);
    expect(await refusalOf(directory.delete(true))).toBe('404 PathNotFound');
    expect((await directory.deleteIfExists(true)).succeeded).toBe(false);
    expect(await refusalOf(files.getFileClient('d/e/f').delete())).toBe('404 PathNotFound');
    await directory.create();
    expect(await refusalOf(directory.delete(false, stale))).toBe('412 ConditionNotMet');
    const { etag = '' } = await directory.getProperties();
    await directory.delete(false, { conditions: { ifMatch: etag } });
    expect(await paths()).toEqual(['keep']);
    await files.delete();
    await files.create();
    expect(await paths()).toEqual([]);
  });
});
