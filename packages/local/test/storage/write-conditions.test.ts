import { describe, expect, it } from 'vitest';

import { refusalOf, sasUrl, startTwoAccounts } from '../support/two-accounts.ts';

const ID = Buffer.from('block').toString('base64');

describe('a blob in the archive tier', () => {
  it('cannot be overwritten or changed by any write', async () => {
    const { source, backup } = await startTwoAccounts();
    const from = source.getBlockBlobClient('from');
    await from.upload('new', 3);
    const url = await sasUrl(from);
    const blob = backup.getBlockBlobClient('a');
    await blob.upload('old', 3, { metadata: { a: 'b' } });
    await blob.stageBlock(ID, 'x', 1);
    await blob.setAccessTier('Archive');
    const before = await blob.getProperties();
    const changes: Record<string, () => Promise<unknown>> = {
      'Put Blob': () => blob.upload('new', 3),
      'Put Blob From URL': () => blob.syncUploadFromURL(url),
      'Put Block': () => blob.stageBlock(ID, 'y', 1),
      'Put Block List': () => blob.commitBlockList([ID]),
      'Copy Blob': () => blob.beginCopyFromURL(url),
      'Copy Blob From URL': () => blob.syncCopyFromURL(url),
      'Set Blob Metadata': () => blob.setMetadata({ a: 'c' }),
      'Set Blob Properties': () => blob.setHTTPHeaders({ blobContentType: 'text/x' }),
      'Snapshot Blob': () => blob.createSnapshot(),
    };
    for (const [name, change] of Object.entries(changes))
      expect([name, await refusalOf(change())]).toEqual([name, '409 BlobArchived']);
    expect(await blob.getProperties()).toMatchObject({ etag: before.etag, metadata: { a: 'b' } });
  });

  it('can be tagged, moved to another tier and deleted, which frees its name', async () => {
    const { backup } = await startTwoAccounts();
    const blob = backup.getBlockBlobClient('a');
    await blob.upload('old', 3, { tier: 'Archive' });
    await blob.setTags({ a: 'b' });
    await blob.setAccessTier('Archive');
    await blob.delete();
    await blob.upload('new', 3, { conditions: { ifNoneMatch: '*' } });
    expect((await blob.downloadToBuffer()).toString()).toBe('new');
  });
});

it('treats uncommitted blocks as no blob', async () => {
  const { source, backup } = await startTwoAccounts();
  const from = source.getBlockBlobClient('from');
  await from.upload('new', 3);
  const [put, fetched] = [backup.getBlockBlobClient('a'), backup.getBlockBlobClient('b')];
  const conditions = { ifNoneMatch: '*' };
  for (const blob of [put, fetched]) await blob.stageBlock(ID, 'x', 1);
  await put.upload('new', 3, { conditions });
  await fetched.syncUploadFromURL(await sasUrl(from), { conditions });
  expect(await refusalOf(put.upload('newer', 5, { conditions }))).toBe('409 BlobAlreadyExists');
});
