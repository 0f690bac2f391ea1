import { request } from 'node:http';

import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl, startTwoAccounts } from '../support/two-accounts.ts';
import { waitFor } from '../support/wait-for.ts';

const unquoted = (etag: string | undefined) => etag?.replaceAll('"', '');

describe('mutations', () => {
  it('are reported once each, with the facts of Azure’s event', async () => {
    const { storage, source, mutations } = await startTwoAccounts();
    const blob = source.getBlockBlobClient('dir/ä b.txt');
    const put = await blob.upload('hello', 5, { blobHTTPHeaders: { blobContentType: 'text/plain' } });
    expect(mutations).toEqual([
      {
        account: 'sourceaccount',
        container: 'docs',
        path: 'dir/ä b.txt',
        api: 'PutBlob',
        eTag: unquoted(put.etag),
        contentType: 'text/plain',
        contentLength: 5,
        blobType: 'BlockBlob',
        accessTier: 'Hot',
        url: `${storage.blobEndpoint('sourceaccount')}/docs/dir/%C3%A4%20b.txt`,
        requestId: put.requestId,
        clientRequestId: put.clientRequestId,
        time: mutations[0]?.time,
      },
    ]);
    expect(mutations[0]?.time).toBeInstanceOf(Date);
    await blob.delete();
    expect(mutations[1]).toMatchObject({ api: 'DeleteBlob', path: 'dir/ä b.txt', contentType: 'text/plain' });
    expect(mutations[1]).not.toHaveProperty('eTag');
    expect(mutations[1]).not.toHaveProperty('contentLength');
    expect(mutations).toHaveLength(2);
  });

  it('name the operation that created the blob', async () => {
    const { source, backup, mutations } = await startTwoAccounts();
    const block = source.getBlockBlobClient('block');
    const id = Buffer.from('1').toString('base64');
    await block.stageBlock(id, 'hello', 5);
    expect(mutations).toEqual([]);
    const committed = await block.commitBlockList([id]);
    await block.stageBlock(id, 'hello!', 6);
    await block.commitBlockList([id]);
    await source.getAppendBlobClient('append').create();
    await source.getPageBlobClient('page').create(512);
    const url = await sasUrl(block);
    await backup.getBlockBlobClient('fromurl').syncUploadFromURL(url);
    await backup.getBlockBlobClient('sync').syncCopyFromURL(url);
    await (await backup.getBlockBlobClient('async').beginCopyFromURL(url)).pollUntilDone();
    expect(
      mutations.map(({ api, path, contentLength, blobType }) => [api, path, contentLength, blobType]),
    ).toEqual([
      ['PutBlockList', 'block', 5, 'BlockBlob'],
      ['PutBlockList', 'block', 6, 'BlockBlob'],
      ['PutBlob', 'append', 0, 'AppendBlob'],
      ['PutBlob', 'page', 512, 'PageBlob'],
      ['PutBlob', 'fromurl', 6, 'BlockBlob'],
      ['CopyBlob', 'sync', 6, 'BlockBlob'],
      ['CopyBlob', 'async', 6, 'BlockBlob'],
    ]);
    expect(mutations[0]?.eTag).toBe(unquoted(committed.etag));
  });

  it('are reported for each part of a batch, with the part’s own URL', async () => {
    const { storage, source, mutations } = await startTwoAccounts();
    const blobs = ['a b', 'c'].map((name) => source.getBlockBlobClient(name));
    for (const blob of blobs) await blob.upload('x', 1);
    mutations.length = 0;
    const batches = source.getBlobBatchClient();
    await batches.setBlobsAccessTier(blobs, 'Cool');
    await batches.deleteBlobs([...blobs, source.getBlockBlobClient('missing')]);
    const base = storage.blobEndpoint('sourceaccount');
    expect(mutations.map(({ api, url }) => [api, url])).toEqual([
      ['SetBlobTier', `${base}/docs/a%20b`],
      ['SetBlobTier', `${base}/docs/c`],
      ['DeleteBlob', `${base}/docs/a%20b`],
      ['DeleteBlob', `${base}/docs/c`],
    ]);
    expect(mutations[0]).toMatchObject({ accessTier: 'Cool', previousTier: 'Hot', path: 'a b' });
    expect(new Set(mutations.map(({ requestId }) => requestId)).size).toBe(4);
  });

  it('are not reported for operations without an event in Azure', async () => {
    const { source, mutations } = await startTwoAccounts();
    const blob = source.getBlockBlobClient('a');
    await blob.upload('x', 1);
    const append = source.getAppendBlobClient('append');
    await append.create();
    const page = source.getPageBlobClient('page');
    await page.create(512);
    mutations.length = 0;

    await blob.setMetadata({ a: 'b' });
    await blob.setHTTPHeaders({ blobContentType: 'text/plain' });
    await blob.setTags({ a: 'b' });
    await blob.stageBlock(Buffer.from('1').toString('base64'), 'x', 1);
    await append.appendBlock('x', 1);
    await page.uploadPages(Buffer.alloc(512), 0, 512);
    const lease = blob.getBlobLeaseClient();
    await lease.acquireLease(15);
    await lease.releaseLease();
    const { snapshot = '' } = await blob.createSnapshot();
    await blob.withSnapshot(snapshot).delete();
    await blob.createSnapshot();
    await blob.delete({ deleteSnapshots: 'only' });
    await refusalOf(blob.upload('x', 1, { conditions: { ifNoneMatch: '*' } }));
    await refusalOf(source.getBlockBlobClient('missing').delete());
    expect(mutations).toEqual([]);
    await blob.createSnapshot();
    await blob.delete({ deleteSnapshots: 'include' });
    expect(mutations.map(({ api }) => api)).toEqual(['DeleteBlob']);
    await source.delete();
    expect(mutations).toHaveLength(1);
  });

  it('are reported without a SAS in them', async () => {
    const { source, mutations } = await startTwoAccounts();
    const url = await sasUrl(source.getBlockBlobClient('a'), 'cw');
    const response = await fetch(url, {
      method: 'PUT',
      body: 'hello',
      headers: { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2023-11-03' },
    });
    expect(response.status).toBe(201);
    expect(JSON.stringify(mutations)).not.toMatch(/sig=|\?/);
  });

  it('are reported even when the client has disconnected', async () => {
    const { source, mutations } = await startTwoAccounts();
    const from = source.getBlockBlobClient('from');
    await from.upload(Buffer.alloc(8 * 1024 * 1024), 8 * 1024 * 1024);
    const target = source.getBlockBlobClient('gone');
    const copy = request(await sasUrl(target, 'cw'), {
      method: 'PUT',
      headers: {
        'x-ms-blob-type': 'BlockBlob',
        'x-ms-version': '2023-11-03',
        'x-ms-copy-source': await sasUrl(from),
        'content-length': 0,
      },
    });
    copy.once('error', () => {});
    copy.end(() => copy.destroy());
    await waitFor(() => expect(mutations.at(-1)).toMatchObject({ api: 'PutBlob', path: 'gone' }));
    expect((await target.downloadToBuffer()).length).toBe(8 * 1024 * 1024);
  });
});

describe('requests', () => {
  it('are reported with their operation, a batch as one, without reads of a copy source', async () => {
    const { source, backup, requests } = await startTwoAccounts();
    const from = source.getBlockBlobClient('a');
    await from.upload('x', 1);
    const url = await sasUrl(from);
    requests.length = 0;
    await backup.getBlockBlobClient('a').syncUploadFromURL(url);
    await backup.getBlockBlobClient('b').syncCopyFromURL(url);
    await from.getProperties();
    await refusalOf(source.getBlockBlobClient('missing').getProperties());
    await source.getBlobBatchClient().deleteBlobs([from]);
    expect(
      requests.map(({ account, operation, path, status }) => [account, operation, path, status]),
    ).toEqual([
      ['backupaccount', 'BlockBlob_PutBlobFromUrl', 'a', 201],
      ['backupaccount', 'Blob_CopyFromURL', 'b', 202],
      ['sourceaccount', 'Blob_GetProperties', 'a', 200],
      ['sourceaccount', 'Blob_GetProperties', 'missing', 404],
      ['sourceaccount', 'Container_SubmitBatch', undefined, 202],
    ]);
    expect(requests[0]?.userAgent).toMatch(/azsdk-js/);
    expect(requests[0]?.requestId).toBeTruthy();
  });
});
