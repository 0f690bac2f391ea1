import { describe, expect, it } from 'vitest';
import { type BlockBlobClient, ContainerSASPermissions } from '@azure/storage-blob';
import { refusalOf, sasUrl } from '../support/two-accounts.ts';
import { contentOf, isPermanent, listed, named, shown, startWith } from './support.ts';

const OVERVIEW = 'learn.microsoft.com/azure/storage/blobs/versioning-overview';
const all = { includeVersions: true };
const block = Buffer.from('block').toString('base64');

async function versioned() {
  const two = await startWith({ versioning: true });
  const blob = two.source.getBlockBlobClient('a');
  const put = async (content: string, client = blob) => await client.upload(content, content.length);
  return { ...two, blob, put };
}

describe(`an account that keeps versions (${OVERVIEW})`, () => {
  it('gives each write a version id, a time with seven digits of a second, and each is behind the last', async () => {
    const { put } = await versioned();
    const ids: string[] = [];
    for (let write = 0; write < 20; write++) ids.push((await put(String(write))).versionId ?? '');
    for (const id of ids) expect(id).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/);
    expect(ids).toEqual(ids.toSorted((one, other) => (one < other ? -1 : 1)));
    expect(new Set(ids).size).toBe(20);
  });

  it('keeps what is overwritten as a previous version, which is read by its id', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    const second = await put('two');
    const names = named(first, second);
    expect(shown(await listed(source, all), names)).toEqual(['a v1', 'a v2 current']);
    expect(shown(await listed(source), names)).toEqual(['a v2 current']);
    expect(await contentOf(blob)).toBe('two');
    expect(await contentOf(blob.withVersion(first.versionId ?? ''))).toBe('one');
    const current = await blob.getProperties();
    expect([current.versionId, current.isCurrentVersion]).toEqual([second.versionId, true]);
    const former = await blob.withVersion(first.versionId ?? '').getProperties();
    expect([former.versionId, former.isCurrentVersion]).toEqual([first.versionId, undefined]);
    const byId = await blob.withVersion(second.versionId ?? '').getProperties();
    expect([byId.versionId, byId.isCurrentVersion]).toEqual([second.versionId, true]);
  });

  const writes: Record<string, (blob: BlockBlobClient) => Promise<{ versionId?: string }>> = {
    'Put Blob': async (blob) => await blob.upload('new', 3),
    'Put Block List': async (blob) => {
      await blob.stageBlock(block, 'new', 3);
      return await blob.commitBlockList([block]);
    },
    'Put Blob From URL': async (blob) => await blob.syncUploadFromURL(await sasUrl(blob)),
    'Copy Blob From URL': async (blob) => await blob.syncCopyFromURL(await sasUrl(blob)),
    'Copy Blob': async (blob) => await (await blob.beginCopyFromURL(await sasUrl(blob))).pollUntilDone(),
    'Set Blob Metadata': async (blob) => await blob.setMetadata({ a: 'b' }),
    'Snapshot Blob': async (blob) => await blob.createSnapshot(),
  };
  it.each(Object.entries(writes))('makes a version by %s, and tells its id', async (_name, write) => {
    const { blob, put, source } = await versioned();
    const first = await put('old');
    const second = await write(blob);
    expect(shown(await listed(source, all), named(first, second))).toEqual(['a v1', 'a v2 current']);
    expect(await contentOf(blob.withVersion(first.versionId ?? ''))).toBe('old');
    expect((await blob.withVersion(first.versionId ?? '').getProperties()).metadata).toEqual({});
  });

  const others: Record<string, (blob: BlockBlobClient) => Promise<unknown>> = {
    'Put Block': async (blob) => await blob.stageBlock(block, 'new', 3),
    'Set Blob Properties': async (blob) => await blob.setHTTPHeaders({ blobContentType: 'text/x' }),
    'Set Blob Tier': async (blob) => await blob.setAccessTier('Cool'),
    'Set Blob Tags': async (blob) => await blob.setTags({ a: 'b' }),
    'Lease Blob': async (blob) => await blob.getBlobLeaseClient().acquireLease(-1),
  };
  it.each(Object.entries(others))('makes none by %s', async (_name, change) => {
    const { blob, put, source } = await versioned();
    const first = await put('old');
    await change(blob);
    expect(shown(await listed(source, all), named(first))).toEqual(['a v1 current']);
  });

  it('makes one when page and append blobs are created, and none by Put Page and Append Block', async () => {
    const { source } = await versioned();
    const page = source.getPageBlobClient('page');
    const append = source.getAppendBlobClient('append');
    expect((await page.create(512)).versionId).toBeDefined();
    expect((await append.create()).versionId).toBeDefined();
    await page.uploadPages('x'.repeat(512), 0, 512);
    await append.appendBlock('y', 1);
    expect(await listed(source, all)).toHaveLength(2);
  });

  it('keeps the blocks of a version', async () => {
    const { blob, source } = await versioned();
    await blob.stageBlock(block, 'abc', 3);
    const first = await blob.commitBlockList([block]);
    await blob.setMetadata({ a: 'b' });
    await blob.upload('x', 1);
    expect(await contentOf(blob.withVersion(first.versionId ?? ''))).toBe('abc');
    const former = (await listed(source, all)).filter((each) => each.isCurrentVersion !== true);
    for (const { versionId = '' } of former) expect(await contentOf(blob.withVersion(versionId))).toBe('abc');
  });

  it('turns the current version of a deleted blob into a previous one', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    const second = await put('two');
    const deletion = await blob.delete();
    expect(isPermanent(deletion)).toBe(false);
    const names = named(first, second);
    expect(shown(await listed(source, all), names)).toEqual(['a v1', 'a v2']);
    expect(await listed(source)).toEqual([]);
    expect(await blob.exists()).toBe(false);
    expect(await contentOf(blob.withVersion(second.versionId ?? ''))).toBe('two');
    const third = await blob.upload('three', 5, { conditions: { ifNoneMatch: '*' } });
    expect(shown(await listed(source, all), named(first, second, third))).toEqual([
      'a v1',
      'a v2',
      'a v3 current',
    ]);
  });

  it('restores a version by a copy over the blob, and the other versions stay', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    const second = await put('two');
    const third = await (
      await blob.beginCopyFromURL(blob.withVersion(first.versionId ?? '').url)
    ).pollUntilDone();
    expect(await contentOf(blob)).toBe('one');
    await blob.delete();
    const url = new URL(await sasUrl(blob));
    url.searchParams.set('versionid', second.versionId ?? '');
    const fourth = await blob.syncUploadFromURL(url.href);
    expect(await contentOf(blob)).toBe('two');
    expect(shown(await listed(source, all), named(first, second, third, fourth))).toEqual([
      'a v1',
      'a v2',
      'a v3',
      'a v4 current',
    ]);
  });

  it('deletes a previous version by its id, for good without soft delete, and never the current one', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    const second = await put('two');
    expect(await refusalOf(blob.withVersion(second.versionId ?? '').delete())).toBe(
      '403 OperationNotAllowedOnRootBlob',
    );
    const deletion = await blob.withVersion(first.versionId ?? '').delete();
    expect(isPermanent(deletion)).toBe(true);
    expect(shown(await listed(source, all), named(first, second))).toEqual(['a v2 current']);
    expect(await refusalOf(blob.withVersion(first.versionId ?? '').getProperties())).toMatch(/^404/);
  });

  it('refuses a version with a snapshot, or with x-ms-delete-snapshots, or an id that is none', async () => {
    const { blob, put } = await versioned();
    const { versionId = '' } = await put('one');
    const { snapshot = '' } = await blob.createSnapshot();
    const version = blob.withVersion(versionId);
    expect(await refusalOf(version.withSnapshot(snapshot).download())).toBe(
      '400 MutuallyExclusiveQueryParameters',
    );
    expect(await refusalOf(version.delete({ deleteSnapshots: 'include' }))).toBe(
      '400 InvalidQueryParameterValue',
    );
    expect(await refusalOf(blob.withVersion('latest').download())).toBe('400 InvalidQueryParameterValue');
  });

  it('keeps versions when a blob goes with its snapshots', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    const second = await blob.createSnapshot();
    expect(await refusalOf(blob.delete())).toBe('409 SnapshotsPresent');
    await blob.delete({ deleteSnapshots: 'include' });
    const items = await listed(source, { includeVersions: true, includeSnapshots: true });
    expect(shown(items, named(first, second))).toEqual(['a v1', 'a v2']);
  });

  it('keeps the ETag of a blob at a snapshot', async () => {
    const { blob, put } = await versioned();
    const { etag } = await put('one');
    const snapshot = await blob.createSnapshot();
    expect([snapshot.etag, (await blob.getProperties()).etag]).toEqual([etag, etag]);
  });

  it('refuses a blob of another type while there are versions', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    const page = source.getPageBlobClient('a');
    expect(await refusalOf(page.create(512))).toBe('409 InvalidBlobType');
    await blob.delete();
    expect(await refusalOf(page.create(512))).toBe('409 InvalidBlobType');
    await blob.withVersion(first.versionId ?? '').delete();
    expect((await page.create(512)).versionId).toBeDefined();
  });

  it('changes tier and tags of a version alone', async () => {
    const { blob, put } = await versioned();
    const first = await put('one');
    await put('two');
    const version = blob.withVersion(first.versionId ?? '');
    await version.setAccessTier('Cool');
    await version.setTags({ a: 'b' });
    expect((await version.getProperties()).accessTier).toBe('Cool');
    expect((await blob.getProperties()).accessTier).toBe('Hot');
    expect([(await version.getTags()).tags, (await blob.getTags()).tags]).toEqual([{ a: 'b' }, {}]);
  });

  it('reads and copies a version by a SAS of its own, which gives no other one', async () => {
    const { blob, put } = await versioned();
    const first = await put('one');
    const second = await put('two');
    const url = await sasUrl(blob.withVersion(first.versionId ?? ''));
    expect(new URL(url).searchParams.get('sr')).toBe('bv');
    expect(await (await fetch(url)).text()).toBe('one');
    const other = new URL(url);
    other.searchParams.set('versionid', second.versionId ?? '');
    expect((await fetch(other)).status).toBe(403);
    await blob.syncUploadFromURL(url);
    expect(await contentOf(blob)).toBe('one');
  });

  it('takes a permission of its own to delete a version', async () => {
    const { blob, put, source } = await versioned();
    const first = await put('one');
    await put('two');
    const remove = async (permissions: string, versionId?: string) => {
      const url = new URL(
        await source.generateSasUrl({
          permissions: ContainerSASPermissions.parse(permissions),
          expiresOn: new Date(Date.now() + 3_600_000),
        }),
      );
      url.pathname += '/a';
      if (versionId !== undefined) url.searchParams.set('versionid', versionId);
      return (await fetch(url, { method: 'DELETE' })).status;
    };
    expect(await remove('d', first.versionId)).toBe(403);
    expect(await remove('x')).toBe(403);
    expect(await remove('x', first.versionId)).toBe(202);
    expect(await remove('d')).toBe(202);
    expect(await blob.exists()).toBe(false);
  });

  it('raises one event for a deletion, and none for that of a version', async () => {
    const { blob, put, mutations } = await versioned();
    const first = await put('one');
    await put('two');
    await blob.withVersion(first.versionId ?? '').delete();
    await blob.delete();
    expect(mutations.map(({ api }) => api)).toEqual(['PutBlob', 'PutBlob', 'DeleteBlob']);
  });
});

describe(`versions in a listing (${OVERVIEW}, …/rest/api/storageservices/list-blobs)`, () => {
  it.each([1, 2, 3, 7])('come page by page, %i at a time, each once and in order', async (maxPageSize) => {
    const { put, source } = await versioned();
    const expected: string[] = [];
    for (const name of ['a', 'b/c', 'b/d', 'e']) {
      const client = source.getBlockBlobClient(name);
      for (let write = 0; write < 4; write++)
        expected.push(`${name} ${(await put(String(write), client)).versionId}`);
      if (name === 'b/d') await client.delete();
    }
    const seen: string[] = [];
    for await (const page of source.listBlobsFlat(all).byPage({ maxPageSize }))
      for (const { name, versionId } of page.segment.blobItems) seen.push(`${name} ${versionId}`);
    expect(seen).toEqual(expected);
    const options = { ...all, includeDeletedWithVersions: true };
    const both: string[] = [];
    for await (const page of source.listBlobsFlat(options).byPage({ maxPageSize }))
      both.push(...shown(page.segment.blobItems).map((each) => each.replace(' current', '')));
    expect(both).toEqual([...expected.slice(0, 12), 'b/d versions-only', ...expected.slice(12)]);
  });

  it('show a name that has versions only as one entry when that is asked for', async () => {
    const { blob, put, source } = await versioned();
    await put('one');
    const last = await put('two');
    await put('kept', source.getBlockBlobClient('b/b'));
    await blob.delete();
    const [only, kept, ...more] = await listed(source, { includeDeletedWithVersions: true });
    expect(more).toEqual([]);
    expect(
      shown([only, kept].filter((each) => each !== undefined)).map((each) => each.split(' ')[0]),
    ).toEqual(['a', 'b/b']);
    expect([only?.hasVersionsOnly, only?.versionId, only?.properties.etag]).toEqual([
      true,
      undefined,
      last.etag?.replaceAll('"', ''),
    ]);
    const prefixes: string[] = [];
    await source.getBlockBlobClient('b/b').delete();
    for await (const item of source.listBlobsByHierarchy('/', { includeDeletedWithVersions: true }))
      prefixes.push(`${item.kind} ${item.name}`);
    expect(prefixes.toSorted()).toEqual(['blob a', 'prefix b/']);
    for await (const item of source.listBlobsByHierarchy('/')) expect(item).toBe('not there');
  });
});

describe('an account that does not keep versions', () => {
  it('has no version ids, and finds none', async () => {
    const { source } = await startWith({});
    const blob = source.getBlockBlobClient('a');
    expect((await blob.upload('one', 3)).versionId).toBeUndefined();
    expect((await blob.getProperties()).versionId).toBeUndefined();
    expect(await refusalOf(blob.withVersion('2026-01-01T00:00:00.0000000Z').download())).toBe(
      '404 BlobNotFound',
    );
  });
});
