import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKUP, SOURCE, type Storage, startStorage } from '@blobmirror/local';
import { connectAccount } from '../../../src/azure/account/connect-account.ts';
import { listPages } from '../../../src/azure/listing/list-pages.ts';
import type { Listing, PageEntry } from '../../../src/azure/listing/listing.ts';
import { toReading } from '../../../src/azure/blob/to-reading.ts';
import { parseContainerName } from '../../../src/model/key.ts';
import { addStamp } from '../../../src/model/stamp.ts';
import { parseEtag } from '../../../src/model/etag.ts';
import { startLake } from '../../../packages/local/test/support/start-lake.ts';

/** The same listing by the SDK, reduced to what both return. */
async function bySdk(
  container: ContainerClient,
  { prefix, startFrom, include = {}, pageSize = 5000 }: Listing,
) {
  const pages = container
    .listBlobsFlat({
      ...(prefix !== undefined && { prefix }),
      ...(startFrom !== undefined && { startFrom }),
      includeMetadata: include.metadata === true,
      includeTags: include.tags === true,
      includeCopy: include.copy === true,
    })
    .byPage({ maxPageSize: pageSize });
  return await Array.fromAsync(pages, ({ segment }) => segment.blobItems.map(fromSdk));
}

function fromSdk({ name, properties, metadata = {}, tags = {} }: BlobItem) {
  return { name, tags, metadata, reading: toReading(properties, metadata) };
}

async function byOurs(connectionString: string, container: string, listing: Listing) {
  const pages = listPages(connectAccount({ connectionString }), parseContainerName(container), listing);
  return await Array.fromAsync(pages, ({ entries }) => entries.map(fromEntry));
}

function fromEntry(entry: PageEntry) {
  const { properties, metadata, tags } = entry.details();
  const reading = toReading(properties, metadata);
  expect(entry).toMatchObject({ etag: reading.etag, stamp: reading.stamp });
  return { name: entry.name, tags, metadata, reading };
}

const ALL = { metadata: true, tags: true, copy: true };

describe('a listing of a flat account equals that of the SDK, entry by entry', () => {
  let storage: Storage;
  let connectionString: string;
  let container: ContainerClient;
  beforeAll(async () => {
    storage = await startStorage({ port: 0, accounts: [SOURCE, BACKUP] });
    connectionString = storage.connectionString(SOURCE.name);
    const { client } = connectAccount({ connectionString });
    container = client.getContainerClient('photos');
    await container.create();
    const stamp = { account: 'other', etag: parseEtag('0x8DC'), lastModified: new Date(1e12) };
    const put = async (path: string, options = {}) =>
      await container.getBlockBlobClient(path).upload('hello', 5, options);
    await put('plain');
    await put('a & b <c> "d" \'e\' ]]> é 日本 😀 &amp; ');
    await put('metadata', { metadata: { Case: 'kept', empty: '', text: '</Metadata> & <x/>', Blob: 'b' } });
    await put('stamped', { metadata: addStamp({ own: '1' }, stamp) });
    await put('stamped in capitals', { metadata: { BlobMirror: addStamp({}, stamp)['blobmirror'] } });
    await put('tagged', { tags: { 'a b': 'c=d', e: '' } });
    await put('tier', { tier: 'Cool' });
    await put('archived', { tier: 'Archive' });
    await put('headers', {
      blobHTTPHeaders: {
        blobContentType: 'text/plain; charset="utf-8"',
        blobContentEncoding: 'identity',
        blobContentLanguage: 'de',
        blobContentDisposition: 'attachment; filename="<a>&b"',
        blobCacheControl: 'no-cache',
      },
    });
    await container.getAppendBlobClient('append').create();
    await container.getPageBlobClient('page').create(512);
    await (
      await container.getBlobClient('copied').beginCopyFromURL(container.getBlobClient('stamped').url)
    ).pollUntilDone();
  });
  afterAll(async () => {
    await storage.stop();
  });

  it.each<[string, Listing]>([
    ['with everything', { include: ALL }],
    ['with nothing', {}],
    ['of a prefix', { prefix: 'a & b <', include: ALL }],
    ['from a path, itself included', { startFrom: 'metadata', include: ALL }],
    ['from where there is nothing', { startFrom: 'n', include: ALL }],
    ['page by page', { include: ALL, pageSize: 3 }],
    ['of nothing', { prefix: 'nothing' }],
  ])('%s', async (_, listing) => {
    const listed = await byOurs(connectionString, 'photos', listing);
    expect(listed).toEqual(await bySdk(container, listing));
  });
});

describe('a listing of a hierarchical account', () => {
  it('is entry by entry what the SDK lists, and distinguishes directories from files', async () => {
    const lake = await startLake();
    await lake.files.getDirectoryClient('empty & more').create({ metadata: { Own: 'x' } });
    await lake.write('b/c/d.txt');
    await lake.write('b-c');
    const connectionString = lake.storage.connectionString('sourceaccount');
    const include = { metadata: true, copy: true };
    for (const pageSize of [2, 5000]) {
      const listed = await byOurs(connectionString, 'docs', { include, pageSize });
      expect(listed).toEqual(await bySdk(lake.source, { include, pageSize }));
    }
    for (const withMetadata of [true, false]) {
      const pages = listPages(connectAccount({ connectionString }), parseContainerName('docs'), {
        include: { metadata: withMetadata },
      });
      const [page] = await Array.fromAsync(pages);
      expect(page?.entries.map(({ name, isDirectory }) => [name, isDirectory])).toEqual([
        ['b', true],
        ['b/c', true],
        ['b/c/d.txt', false],
        ['b-c', false],
        ['empty & more', true],
      ]);
    }
  });
});
