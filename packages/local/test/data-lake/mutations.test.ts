import { describe, expect, it } from 'vitest';

import { createSequencer, toStorageEvent } from '../../src/event-grid/storage-event.ts';
import { refusalOf } from '../support/two-accounts.ts';
import { startLake } from '../support/start-lake.ts';

const unquoted = (etag: string | undefined) => etag?.replaceAll('"', '');

describe('mutations of the Data Lake API', () => {
  it('are reported once each, with the facts of Azure’s event', async () => {
    const { storage, files, mutations } = await startLake();
    const base = `${storage.blobEndpoint('sourceaccount')}/docs`;
    const file = files.getFileClient('d/ü 1');
    const created = await file.create({ pathHttpHeaders: { contentType: 'text/plain' } });
    await file.append('hello', 0, 5);
    await file.flush(5);
    const closed = await file.flush(5, { close: true });
    const common = {
      account: 'sourceaccount',
      container: 'docs',
      path: 'd/ü 1',
      url: `${base}/d/%C3%BC%201`,
      blobType: 'BlockBlob',
      contentType: 'text/plain',
      contentOffset: 0,
    };
    expect(mutations.every(({ clientRequestId }) => clientRequestId)).toBe(true);
    expect(mutations).toEqual([
      {
        ...common,
        api: 'CreateFile',
        contentLength: 0,
        eTag: unquoted(created.etag),
        requestId: created.requestId,
        clientRequestId: mutations[0]?.clientRequestId,
        time: mutations[0]?.time,
      },
      {
        ...common,
        api: 'FlushWithClose',
        contentLength: 5,
        eTag: unquoted(closed.etag),
        requestId: closed.requestId,
        clientRequestId: mutations[1]?.clientRequestId,
        time: mutations[1]?.time,
      },
    ]);
    mutations.length = 0;
    await file.delete();
    expect(mutations).toMatchObject([{ api: 'DeleteFile', path: 'd/ü 1', url: `${base}/d/%C3%BC%201` }]);
  });

  it('are one for a directory, whatever it holds', async () => {
    const { storage, files, write, mutations } = await startLake();
    const base = `${storage.blobEndpoint('sourceaccount')}/docs`;
    for (const name of ['d/a', 'd/b/c', 'f']) await write(name);
    mutations.length = 0;
    await files.getDirectoryClient('new/er').create();
    await files.getDirectoryClient('d').move('new/d');
    await files.getFileClient('f').move('g');
    await files.getDirectoryClient('new').delete(true);
    await files.getDirectoryClient('empty').create();
    await files.getDirectoryClient('empty').delete(false);
    expect(
      mutations.map(({ requestId: _id, clientRequestId: _client, time: _time, ...facts }) => facts),
    ).toEqual(
      [
        { api: 'CreateDirectory', path: 'new/er', url: `${base}/new/er` },
        { api: 'RenameDirectory', path: 'new/d', sourceUrl: `${base}/d`, destinationUrl: `${base}/new/d` },
        { api: 'RenameFile', path: 'g', sourceUrl: `${base}/f`, destinationUrl: `${base}/g` },
        { api: 'DeleteDirectory', path: 'new', url: `${base}/new`, recursive: 'true' },
        { api: 'CreateDirectory', path: 'empty', url: `${base}/empty` },
        { api: 'DeleteDirectory', path: 'empty', url: `${base}/empty`, recursive: 'false' },
      ].map((facts) => ({ account: 'sourceaccount', container: 'docs', ...facts })),
    );
  });

  it('are not reported for operations without an event in Azure or for refused ones', async () => {
    const { files, write, mutations } = await startLake();
    await write('d/f');
    mutations.length = 0;
    const file = files.getFileClient('d/f');
    await file.append('more', 5, 4);
    await file.flush(9);
    await file.setMetadata({ a: 'b' });
    await file.setAccessControl((await file.getAccessControl()).acl);
    await files.getDirectoryClient('d').setMetadata({ a: 'b' });
    await refusalOf(file.create({ conditions: { ifNoneMatch: '*' } }));
    await refusalOf(file.move('nowhere/f'));
    await refusalOf(files.getDirectoryClient('d').delete(false));
    expect(mutations).toEqual([]);
  });

  it('become one event each', async () => {
    const { files, write, mutations } = await startLake();
    await write('d/f');
    await files.getDirectoryClient('d').move('e 1');
    await files.getFileClient('e 1/f').move('e 1/g');
    await files.getFileClient('e 1/g').delete();
    await files.getDirectoryClient('e 1').delete(true);
    const nextSequencer = createSequencer(() => Date.now());
    const events = mutations.map((mutation) => toStorageEvent(mutation, nextSequencer));
    expect(events.map(({ type, data }) => [type.split('.').at(-1), data['recursive']])).toEqual([
      ['BlobCreated', undefined],
      ['DirectoryRenamed', undefined],
      ['BlobRenamed', undefined],
      ['BlobDeleted', undefined],
      ['DirectoryDeleted', 'true'],
    ]);
  });

  it('are reported under the Blob API’s names for its own operations', async () => {
    const { source, write, mutations } = await startLake();
    await write('f');
    mutations.length = 0;
    const blob = source.getBlockBlobClient('f');
    const put = await blob.upload('x', 1);
    const id = Buffer.from('1').toString('base64');
    await blob.stageBlock(id, 'hello', 5);
    await blob.commitBlockList([id]);
    await source.getBlockBlobClient('new').stageBlock(id, 'hello', 5);
    await source.getBlockBlobClient('new').commitBlockList([id]);
    await blob.delete();
    expect(mutations.map(({ api, path, contentLength }) => [api, path, contentLength])).toEqual([
      ['PutBlob', 'f', 1],
      ['PutBlockList', 'f', 5],
      ['PutBlockList', 'new', 5],
      ['DeleteBlob', 'f', undefined],
    ]);
    expect(mutations[0]?.eTag).toBe(unquoted(put.etag));
  });
});

describe('requests of the Data Lake API', () => {
  it('are reported with their operation', async () => {
    const { files, write, requests } = await startLake();
    requests.length = 0;
    await write('d/f');
    await files.getDirectoryClient('d').move('e');
    await files.getFileClient('e/f').getProperties();
    await refusalOf(files.getFileClient('none').delete());
    expect(requests.map(({ operation, path, status }) => [operation, path, status])).toEqual([
      ['Path_CreateFile', 'd/f', 201],
      ['Path_Append', 'd/f', 202],
      ['Path_Flush', 'd/f', 200],
      ['Path_Rename', 'e', 201],
      ['Blob_GetProperties', 'e/f', 200],
      ['Path_Delete', 'none', 404],
    ]);
    expect(
      requests.every(({ account, container }) => account === 'sourceaccount' && container === 'docs'),
    ).toBe(true);
    expect(requests.every(({ requestId }) => requestId !== '')).toBe(true);
  });
});
