import { createHash, randomBytes } from 'node:crypto';

import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { DataLakeServiceClient } from '@azure/storage-file-datalake';

import { accounts } from '../support/accounts.ts';
import { sasUrl } from '../support/two-accounts.ts';

const content = randomBytes(3000);
const metadata = { plain: 'value', CamelCase: 'Value' };
const headers = {
  blobContentType: 'text/plain',
  blobContentLanguage: 'de',
  blobContentEncoding: 'own',
  blobContentDisposition: 'attachment',
  blobCacheControl: 'no-store',
};

/**
 * Does every kind of write that the storage supports, in a container of each account, and leaves the results
 * there.
 */
export async function writeEverything(
  endpoint: (account: string) => string,
  hierarchical: boolean,
): Promise<void> {
  const [source, backup] = accounts.map(({ name, key }) => {
    const credential = new StorageSharedKeyCredential(name, key);
    return {
      blobs: new BlobServiceClient(endpoint(name), credential, { retryOptions: { maxTries: 1 } }),
      files: new DataLakeServiceClient(endpoint(name), credential, { retryOptions: { maxTries: 1 } }),
    };
  });
  if (!source || !backup) throw new Error('there are two accounts');
  await writeContainers(source.blobs);
  await writeBlobs(source.blobs, backup.blobs, hierarchical);
  if (hierarchical) await writePaths(source.files);
}

async function writeContainers(blobs: BlobServiceClient): Promise<void> {
  await blobs.setProperties({
    defaultServiceVersion: '2021-12-02',
    cors: [
      {
        allowedOrigins: '*',
        allowedMethods: 'GET',
        allowedHeaders: '',
        exposedHeaders: '',
        maxAgeInSeconds: 5,
      },
    ],
  });
  const docs = blobs.getContainerClient('docs');
  await docs.create({ metadata: { made: 'with' } });
  await docs.setMetadata(metadata);
  await docs.setAccessPolicy('container', [
    {
      id: 'policy',
      accessPolicy: {
        startsOn: new Date('2026-01-01T00:00:00Z'),
        expiresOn: new Date('2027-01-01T00:00:00Z'),
        permissions: 'r',
      },
    },
  ]);
  const leased = blobs.getContainerClient('leased');
  await leased.create();
  await leased.getBlobLeaseClient().acquireLease(60);
  const breaking = blobs.getContainerClient('breaking');
  await breaking.create();
  const lease = breaking.getBlobLeaseClient();
  await lease.acquireLease(60);
  await lease.breakLease(60);
  const gone = blobs.getContainerClient('gone');
  await gone.create();
  await gone.getBlockBlobClient('a').upload('x', 1);
  await gone.delete();
}

async function writeBlobs(
  source: BlobServiceClient,
  backup: BlobServiceClient,
  hierarchical: boolean,
): Promise<void> {
  const docs = source.getContainerClient('docs');
  const copies = backup.getContainerClient('copies');
  await copies.create();
  const tagged = hierarchical ? {} : { tags: { project: 'one', empty: '' } };
  const block = (name: string) => docs.getBlockBlobClient(name);
  const put = async (name: string) => {
    await block(name).upload(content, content.length, { metadata, blobHTTPHeaders: headers, ...tagged });
    return block(name);
  };

  const whole = await put('block/put');
  await block('block/empty').upload('', 0);
  const listed = block('block/list');
  for (const id of ['MQ==', 'Mg==']) await listed.stageBlock(id, content, content.length);
  await listed.commitBlockList(['MQ==', 'Mg=='], {
    metadata,
    blobHTTPHeaders: { ...headers, blobContentMD5: createHash('md5').update('declared').digest() },
    ...tagged,
  });
  await listed.stageBlock('Mw==', content, content.length);
  await block('block/uncommitted').stageBlock('MQ==', content, content.length);
  await listed.stageBlockFromURL('NA==', await sasUrl(whole), 0, 100);

  const appended = docs.getAppendBlobClient('append/blob');
  await appended.create({ metadata, blobHTTPHeaders: headers });
  await appended.appendBlock(content, content.length);
  await appended.appendBlockFromURL(await sasUrl(whole), 0, 500);
  const sealed = docs.getAppendBlobClient('append/sealed');
  await sealed.create();
  if (!hierarchical) {
    await sealed.seal();
    const pages = docs.getPageBlobClient('page/blob');
    await pages.create(4096, { metadata, blobHTTPHeaders: headers, blobSequenceNumber: 7 });
    await pages.uploadPages(Buffer.alloc(1024, 7), 1024, 1024);
    await pages.clearPages(1536, 512);
    await pages.resize(8192);
    await pages.updateSequenceNumber('increment');
    await pages.createSnapshot();
    await pages.uploadPagesFromURL(await sasUrl(pages), 1024, 4096, 512);
  }

  await copies.getBlockBlobClient('copy/sync').syncCopyFromURL(await sasUrl(whole));
  await copies.getBlockBlobClient('copy/put').syncUploadFromURL(await sasUrl(whole));
  const poller = await copies.getBlockBlobClient('copy/async').beginCopyFromURL(await sasUrl(whole));
  await poller.pollUntilDone();

  const snapshotted = await put('snapshot/of');
  await snapshotted.createSnapshot({ metadata: { of: 'the snapshot' } });
  await snapshotted.upload('second', 6);
  await snapshotted.createSnapshot();
  const unsnapshotted = await put('snapshot/deleted');
  await unsnapshotted.createSnapshot();
  await unsnapshotted.delete({ deleteSnapshots: 'only' });

  await (await put('set/metadata')).setMetadata({ other: 'metadata' });
  await (await put('set/headers')).setHTTPHeaders({ ...headers, blobContentMD5: Buffer.alloc(16, 3) });
  if (!hierarchical) await (await put('set/tags')).setTags({ other: 'tags' });
  for (const tier of ['Cool', 'Cold', 'Archive']) await (await put(`set/${tier}`)).setAccessTier(tier);
  await (await put('set/rehydrated')).setAccessTier('Archive');
  await block('set/rehydrated').setAccessTier('Hot');

  await (await put('lease/fixed')).getBlobLeaseClient().acquireLease(60);
  await (await put('lease/infinite')).getBlobLeaseClient().acquireLease(-1);
  const breaking = (await put('lease/breaking')).getBlobLeaseClient();
  await breaking.acquireLease(60);
  await breaking.breakLease(60);
  const broken = (await put('lease/broken')).getBlobLeaseClient();
  await broken.acquireLease(60);
  await broken.breakLease(0);
  const changed = (await put('lease/changed')).getBlobLeaseClient();
  await changed.acquireLease(60);
  await changed.changeLease('01234567-89ab-cdef-0123-456789abcdef');
  await changed.renewLease();
  const released = (await put('lease/released')).getBlobLeaseClient();
  await released.acquireLease(60);
  await released.releaseLease();

  await (await put('gone')).delete();
  await source.getBlobBatchClient().deleteBlobs([await put('batch/1'), await put('batch/2')]);
  await source.getBlobBatchClient().setBlobsAccessTier([await put('batch/tier')], 'Cool');
}

async function writePaths(files: DataLakeServiceClient): Promise<void> {
  const lake = files.getFileSystemClient('docs');
  const directory = lake.getDirectoryClient('lake/directory');
  await directory.create({ metadata, permissions: '0750', umask: '0022' });
  await directory.setAccessControl([
    entry('user', 'rwx'),
    entry('group', 'r-x'),
    entry('other', '---'),
    { ...entry('user', 'r-x'), entityId: '01234567-89ab-cdef-0123-456789abcdef' },
  ]);
  const file = lake.getFileClient('lake/directory/file');
  await file.create({ metadata, pathHttpHeaders: { contentType: 'text/plain', contentLanguage: 'de' } });
  await file.append(content, 0, content.length);
  await file.flush(content.length, { close: true, pathHttpHeaders: { contentMD5: Buffer.alloc(16, 5) } });
  await file.append(content, content.length, content.length);
  await file.setPermissions({
    owner: { read: true, write: true, execute: false },
    group: { read: true, write: false, execute: false },
    other: { read: false, write: false, execute: false },
    stickyBit: false,
    extendedAcls: false,
  });
  await file.setMetadata({ other: 'metadata' });
  await lake.getFileClient('lake/empty').create();
  await lake.getFileClient('lake/moved-from').upload(content);
  await lake.getFileClient('lake/moved-from').move('lake/moved-to');
  await lake.getDirectoryClient('lake/tree/below').create();
  await lake.getFileClient('lake/tree/below/file').upload(content);
  await lake.getDirectoryClient('lake/tree').move('lake/renamed');
  // Blobs that the Blob API wrote are moved and leased too.
  await lake.getFileClient('block/put').move('lake/renamed/put');
  await lake.getFileClient('lake/leased').upload(content);
  await lake.getFileClient('lake/leased').getDataLakeLeaseClient().acquireLease(60);
  await lake.getDirectoryClient('lake/renamed').updateAccessControlRecursive([entry('other', 'r-x')]);
  await lake.getDirectoryClient('lake/gone/below').create();
  await lake.getDirectoryClient('lake/gone').delete(true);
  await lake.getFileClient('lake/file-gone').upload(content);
  await lake.getFileClient('lake/file-gone').delete();
}

function entry(accessControlType: 'user' | 'group' | 'other', permissions: string) {
  const has = (letter: string) => permissions.includes(letter);
  return {
    accessControlType,
    entityId: '',
    defaultScope: false,
    permissions: { read: has('r'), write: has('w'), execute: has('x') },
  };
}
