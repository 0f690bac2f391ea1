import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { refusalOf } from '../support/two-accounts.ts';
import { DAY, contentOf, isPermanent, listed, named, shown, startWith } from './support.ts';

const OVERVIEW = 'learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview';
const everything = { includeDeleted: true, includeSnapshots: true, includeVersions: true };

async function softDeleting(more = {}) {
  const two = await startWith({ blobRetentionDays: 7, ...more });
  const blob = two.source.getBlockBlobClient('a');
  const put = async (content: string) => await blob.upload(content, content.length);
  return { ...two, blob, put };
}

describe(`soft delete of blobs (${OVERVIEW})`, () => {
  it('keeps a deleted blob, which is listed when that is asked for and cannot be read', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    const deletion = await blob.delete();
    expect(isPermanent(deletion)).toBe(false);
    expect(await listed(source)).toEqual([]);
    const [item, ...more] = await listed(source, { includeDeleted: true });
    expect([item?.name, item?.deleted, more]).toEqual(['a', true, []]);
    expect(item?.properties.deletedOn).toBeInstanceOf(Date);
    expect(item?.properties.remainingRetentionDays).toBe(6);
    expect(await refusalOf(blob.download())).toBe('404 BlobNotFound');
    expect(await refusalOf(blob.delete())).toBe('404 BlobNotFound');
    await blob.upload('two', 3, { conditions: { ifNoneMatch: '*' } });
  });

  it('restores a deleted blob with its content, metadata, headers and snapshots', async () => {
    const { blob, source } = await softDeleting();
    const written = await blob.upload('one', 3, {
      metadata: { a: 'b' },
      blobHTTPHeaders: { blobContentType: 'text/x' },
    });
    await blob.createSnapshot();
    await blob.delete({ deleteSnapshots: 'include' });
    expect(await listed(source, everything)).toHaveLength(2);
    await blob.undelete();
    expect(await contentOf(blob)).toBe('one');
    const { etag, metadata, contentType, leaseState } = await blob.getProperties();
    expect({ etag, metadata, contentType, leaseState }).toEqual({
      etag: written.etag,
      metadata: { a: 'b' },
      contentType: 'text/x',
      leaseState: 'available',
    });
    const items = await listed(source, { includeSnapshots: true });
    expect(items.map(({ deleted, snapshot }) => [deleted, Boolean(snapshot)])).toEqual([
      [undefined, true],
      [undefined, false],
    ]);
  });

  it('keeps what is overwritten as a deleted snapshot', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    await put('two');
    await blob.setMetadata({ a: 'b' });
    const [snapshot, current, ...more] = await listed(source, everything);
    expect([snapshot?.deleted, current?.deleted, more]).toEqual([true, undefined, []]);
    await blob.undelete();
    expect(await contentOf(blob.withSnapshot(snapshot?.snapshot ?? ''))).toBe('one');
    expect(await contentOf(blob)).toBe('two');
  });

  it('keeps a deleted blob as a deleted snapshot when one of its type takes its place', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    await blob.delete();
    await put('two');
    await blob.undelete();
    const [snapshot, ...more] = await listed(source, { includeSnapshots: true });
    expect(more).toHaveLength(1);
    expect(await contentOf(blob.withSnapshot(snapshot?.snapshot ?? ''))).toBe('one');
    expect(await contentOf(blob)).toBe('two');
  });

  it('keeps it also when a block is staged in its place', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    await blob.delete();
    await blob.stageBlock(Buffer.from('1').toString('base64'), 'x', 1);
    expect((await listed(source, everything)).map(({ snapshot }) => Boolean(snapshot))).toEqual([true]);
  });

  it('drops for good what was deleted when a blob of another type takes its place', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    await blob.createSnapshot();
    await blob.delete({ deleteSnapshots: 'include' });
    await source.getAppendBlobClient('a').create();
    expect(await listed(source, everything)).toHaveLength(1);
  });

  it('keeps a deleted snapshot, and restores it', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    const { snapshot = '' } = await blob.createSnapshot();
    await blob.withSnapshot(snapshot).delete();
    expect(await refusalOf(blob.withSnapshot(snapshot).download())).toBe('404 BlobNotFound');
    expect(await listed(source, { includeDeleted: true })).toHaveLength(1);
    await blob.undelete();
    expect(await contentOf(blob.withSnapshot(snapshot))).toBe('one');
  });

  it('has nothing to do for a blob that is there, and finds none where nothing was', async () => {
    const { blob, put, source } = await softDeleting();
    await put('one');
    await blob.undelete();
    expect(await contentOf(blob)).toBe('one');
    expect(await refusalOf(source.getBlobClient('b').undelete())).toBe('404 BlobNotFound');
  });

  it('lets go of what was deleted when its retention is over, which is that of its deletion', async () => {
    const { blob, put, source, storage } = await softDeleting();
    await put('one');
    await blob.delete();
    const service = BlobServiceClient.fromConnectionString(storage.connectionString('sourceaccount'));
    await service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 30 } });
    await storage.advance(7 * DAY - 60_000);
    const [item] = await listed(source, { includeDeleted: true });
    expect(item?.properties.remainingRetentionDays).toBe(0);
    await storage.advance(60_000);
    expect(await listed(source, { includeDeleted: true })).toEqual([]);
    expect(await refusalOf(blob.undelete())).toBe('404 BlobNotFound');
  });

  it('restores what has not expired, and nothing that has, before anybody has removed it', async () => {
    const { blob, put, source, storage } = await softDeleting();
    await put('one');
    const { snapshot: early = '' } = await blob.createSnapshot();
    const { snapshot: late = '' } = await blob.createSnapshot();
    await blob.withSnapshot(early).delete();
    await storage.advance(3 * DAY);
    await blob.withSnapshot(late).delete();
    await storage.advance(4 * DAY);
    expect(await listed(source, everything)).toHaveLength(2);
    await blob.undelete();
    const items = await listed(source, { includeSnapshots: true });
    expect(items.map(({ snapshot }) => snapshot)).toEqual([late, undefined]);
  });

  it('is switched on and off by Set Blob Service Properties, and what is deleted stays', async () => {
    const { source, storage } = await startWith({});
    const service = BlobServiceClient.fromConnectionString(storage.connectionString('sourceaccount'));
    const policy = async () => (await service.getProperties()).deleteRetentionPolicy;
    expect(await policy()).toEqual({ enabled: false });
    await service.setProperties({ deleteRetentionPolicy: { enabled: true, days: 3 } });
    expect(await policy()).toEqual({ enabled: true, days: 3 });
    const blob = source.getBlockBlobClient('a');
    await blob.upload('one', 3);
    await blob.delete();
    await service.setProperties({ deleteRetentionPolicy: { enabled: false } });
    expect(await listed(source, { includeDeleted: true })).toHaveLength(1);
    await blob.undelete();
    await blob.delete();
    expect(await listed(source, { includeDeleted: true })).toEqual([]);
    for (const days of [0, 366, undefined]) {
      const on = { enabled: true, ...(days !== undefined && { days }) };
      expect(await refusalOf(service.setProperties({ deleteRetentionPolicy: on }))).toMatch(/^400/);
    }
  });
});

describe(`soft delete with versions (${OVERVIEW}, …/versioning-overview)`, () => {
  it('deletes a version softly, and undelete restores all of a name and makes none current', async () => {
    const { blob, put, source } = await softDeleting({ versioning: true });
    const writes = [await put('one'), await put('two'), await put('three')];
    const names = named(...writes);
    await blob.delete();
    for (const { versionId = '' } of writes.slice(0, 2)) await blob.withVersion(versionId).delete();
    expect(shown(await listed(source, { includeVersions: true }), names)).toEqual(['a v3']);
    expect(shown(await listed(source, everything), names)).toEqual(['a v1 deleted', 'a v2 deleted', 'a v3']);
    expect(await refusalOf(blob.withVersion(writes[0]?.versionId ?? '').download())).toBe('404 BlobNotFound');
    await blob.undelete();
    expect(shown(await listed(source, everything), names)).toEqual(['a v1', 'a v2', 'a v3']);
    expect(await contentOf(blob.withVersion(writes[0]?.versionId ?? ''))).toBe('one');
    expect(await blob.exists()).toBe(false);
  });

  it('makes no deleted snapshot of what is overwritten or deleted, and never lets go of versions', async () => {
    const { blob, put, source, storage } = await softDeleting({ versioning: true });
    const names = named(await put('one'), await put('two'));
    await blob.delete();
    await storage.advance(400 * DAY);
    expect(shown(await listed(source, everything), names)).toEqual(['a v1', 'a v2']);
  });

  it('counts deleted versions as versions of their type', async () => {
    const { blob, put, source, storage } = await softDeleting({ versioning: true });
    const { versionId = '' } = await put('one');
    await blob.delete();
    await blob.withVersion(versionId).delete();
    const page = source.getPageBlobClient('a');
    expect(await refusalOf(page.create(512))).toBe('409 InvalidBlobType');
    await storage.advance(7 * DAY);
    await page.create(512);
  });
});

describe('the lifecycle rule (learn.microsoft.com/azure/storage/blobs/lifecycle-management-policy-structure)', () => {
  it('deletes a previous version a number of days after it was written, softly, and never a current one', async () => {
    const { blob, put, source, storage } = await softDeleting({
      versioning: true,
      deleteVersionsAfterDays: 1,
    });
    const first = await put('one');
    await storage.advance(300 * DAY);
    const second = await put('two');
    const names = named(first, second);
    expect(shown(await listed(source, everything), names)).toEqual(['a v1', 'a v2 current']);
    await storage.advance(DAY);
    expect(shown(await listed(source, everything), names)).toEqual(['a v1 deleted', 'a v2 current']);
    await blob.undelete();
    expect(await contentOf(blob.withVersion(first.versionId ?? ''))).toBe('one');
    await storage.advance(DAY);
    expect(shown(await listed(source, everything), names)).toEqual(['a v1 deleted', 'a v2 current']);
    await storage.advance(7 * DAY);
    expect(shown(await listed(source, everything), names)).toEqual(['a v2 current']);
  });

  it('does not delete versions of page blobs', async () => {
    const { source, storage } = await softDeleting({ versioning: true, deleteVersionsAfterDays: 1 });
    const page = source.getPageBlobClient('page');
    await page.create(512);
    await page.create(1024);
    await storage.advance(30 * DAY);
    expect(await listed(source, everything)).toHaveLength(2);
  });
});
