import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { openStores } from '../../../src/storage/stores/open-stores.ts';
import { RequestsInFlight } from '../../../src/requests/storage-request.ts';
import type { Extent } from '../../../src/azurite/azurite-model.ts';
import { blobDocument } from '../../support/blob-document.ts';
import { refusalOf, sasUrl, startTwoAccounts } from '../../support/two-accounts.ts';

const mib = 1024 * 1024;
setFlagsFromString('--expose-gc');

/** Bytes of all buffers that are still referenced. */
function held(): number {
  runInNewContext('gc()');
  return process.memoryUsage().arrayBuffers;
}

describe('the bytes of deleted and overwritten blobs', () => {
  it('are freed as soon as nothing refers to them and no request may read them', async () => {
    const requests = new RequestsInFlight();
    const { metadata, extents, bytesHeld } = await openStores(undefined, requests, {
      onDiskError() {},
      onDiskFree() {},
    });
    const blobs = metadata.db.getCollection('$BLOBS_COLLECTION$');
    const insert = (name: string, persistency: Extent) =>
      blobs.insert({ ...blobDocument(name), persistency });
    const writeOver = requests.start();
    const extent = await extents.appendExtent(Buffer.alloc(1000), 'id');
    insert('original', extent);
    insert('copy', extent);
    writeOver();
    const readOver = requests.start();
    blobs.findAndRemove({ name: 'original' });
    requests.start()();
    expect(bytesHeld?.()).toBe(1000);
    blobs.findAndRemove({ name: 'copy' });
    requests.start()();
    expect(bytesHeld?.()).toBe(1000);
    readOver();
    await vi.waitFor(() => expect(bytesHeld?.()).toBe(0), { timeout: 30_000 });
  });

  it('do not add up over thousands of overwrites, deletions and refused writes', async () => {
    const { source, backup } = await startTwoAccounts();
    const size = 256 * 1024;
    const blob = source.getBlockBlobClient('a');
    const id = Buffer.from('1').toString('base64');
    await blob.upload(Buffer.alloc(size), size);
    const url = await sasUrl(blob);
    const before = held();
    // Each kind of write in turn: 240 of them put 60 MiB through.
    for (let round = 0; round < 40; round++) {
      await blob.upload(Buffer.alloc(size, round), size);
      await refusalOf(blob.upload(Buffer.alloc(size), size, { conditions: { ifNoneMatch: '*' } }));
      await backup.getBlockBlobClient('a').syncUploadFromURL(url);
      await blob.stageBlock(id, Buffer.alloc(size), size);
      await blob.commitBlockList([id]);
      await blob.deleteIfExists();
    }
    await vi.waitFor(() => expect(held() - before).toBeLessThan(8 * mib), { timeout: 30_000 });
    // A large number of small ones.
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 100 }, (_, index) => blob.upload(Buffer.alloc(64, index), 64)));
    expect((await blob.downloadToBuffer()).length).toBe(64);
  });

  it('can still be read to the end by a download that began before', async () => {
    const { source } = await startTwoAccounts();
    const size = 32 * mib;
    const blob = source.getBlockBlobClient('a');
    await blob.uploadData(Buffer.alloc(size, 'a'));
    const { readableStreamBody } = await blob.download();
    await blob.upload('new', 3);
    await blob.delete();
    let bytes = 0;
    for await (const chunk of readableStreamBody ?? []) {
      const part = Buffer.from(chunk);
      expect(part.equals(Buffer.alloc(part.length, 'a'))).toBe(true);
      bytes += part.length;
    }
    expect(bytes).toBe(size);
  });

  it('stay readable through a copy that shares them', async () => {
    const { source, backup } = await startTwoAccounts();
    const blob = source.getBlockBlobClient('a');
    await blob.upload('hello', 5);
    const copy = backup.getBlockBlobClient('a');
    await copy.syncUploadFromURL(await sasUrl(blob));
    const { snapshot = '' } = await copy.createSnapshot();
    await blob.delete();
    await copy.upload('other', 5);
    expect((await copy.withSnapshot(snapshot).downloadToBuffer()).toString()).toBe('hello');
  });

  it('are also deleted from the disk', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
    onTestFinished(() => rm(dataDirectory, { recursive: true }));
    const { source } = await startTwoAccounts({ dataDirectory });
    const blob = source.getBlockBlobClient('a');
    // An extent file is closed at 64 MiB; only a closed one can be deleted.
    for (let round = 0; round < 3; round++) await blob.upload(Buffer.alloc(72 * mib), 72 * mib);
    await vi.waitFor(async () => expect(await readdir(join(dataDirectory, 'extents'))).toHaveLength(1), {
      timeout: 10_000,
    });
  });
});
