import { createHash } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import type { Key } from '../../../src/model/key.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';

const WRITTEN = { kind: 'written', engine: 'put-blob-from-url' };
const md5Of = (content: string): Buffer => createHash('md5').update(content).digest();

describe('copying in one request', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  it('keeps all six content headers, tags only when asked, and the tier', async () => {
    const blobHTTPHeaders = {
      blobContentType: 'text/x',
      blobContentEncoding: 'identity',
      blobContentLanguage: 'de',
      blobContentDisposition: 'inline',
      blobCacheControl: 'no-store',
      blobContentMD5: md5Of('hello'),
    };
    const tags = { colour: 'red' };
    await stage.atSource
      .getBlockBlobClient(key.path)
      .upload('hello', 5, { blobHTTPHeaders, tags, tier: 'Cool' });
    const store = stage.worker();
    const request = await stage.requestFor(key);
    expect(await store.copy(request)).toEqual(WRITTEN);
    const copy = await present(store, key);
    expect(copy.headers).toEqual(request.source.headers);
    expect(copy).toMatchObject({ contentMd5: md5Of('hello').toString('base64') });
    expect(copy.tier).toBeUndefined();
    expect(await store.readTags(key)).toEqual({});

    expect(await store.copy(await stage.requestFor(key, { tags, tier: 'Cool' }))).toEqual(WRITTEN);
    expect(await present(store, key)).toMatchObject({ tier: 'Cool' });
    expect(await store.readTags(key)).toEqual(tags);
  });

  it('gives a blob without an MD5 the one that the service computed', async () => {
    const blob = stage.atSource.getBlockBlobClient(key.path);
    const id = Buffer.from('block').toString('base64');
    await blob.stageBlock(id, 'hello', 5);
    await blob.commitBlockList([id]);
    const request = await stage.requestFor(key);
    expect(request.source.contentMd5).toBeUndefined();
    const store = stage.worker();
    expect(await store.copy(request)).toEqual(WRITTEN);
    expect((await present(store, key)).contentMd5).toBe(md5Of('hello').toString('base64'));
  });

  it('leaves a blob whose MD5 is not of its bytes to the next engine, which keeps both', async () => {
    const blob = stage.atSource.getBlockBlobClient(key.path);
    await blob.upload('hello', 5);
    await blob.setHTTPHeaders({ blobContentMD5: md5Of('other') });
    const store = stage.worker();
    expect(await store.copy(await stage.requestFor(key))).toEqual({
      kind: 'written',
      engine: 'blocks-from-url',
    });
    expect(await contentOf(stage.onBackup, key)).toBe('hello');
    expect((await present(store, key)).contentMd5).toBe(md5Of('other').toString('base64'));
  });

  it('copies an empty blob only of the version that was read', async () => {
    const blob = stage.atSource.getBlockBlobClient(key.path);
    await blob.upload('', 0);
    const request = await stage.requestFor(key);
    await blob.setMetadata({ moved: 'yes' });
    const streaming = stage.worker({ engine: 'streamed' });
    expect(await stage.worker({ largestInOneRequest: -1 }).copy(request)).toMatchObject({
      kind: 'source-precondition-failed',
    });
    expect(await streaming.copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
    expect(await stage.worker({ largestInOneRequest: -1 }).copy(await stage.requestFor(key))).toEqual(
      WRITTEN,
    );
    expect(await contentOf(stage.onBackup, key)).toBe('');
  });

  it('sends the headers that the SDK would, and metadata names unchanged', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('hello', 5);
    const metadata = { CamelCase: 'a b', empty_not: '1' };
    const tags = { 'a b': 'c/d', e: '' };
    const request = await stage.requestFor(key, { metadata, tags, tier: 'Cool' });
    const sent = (): object => {
      const { method, url, headers } = stage.wire.requests.splice(0).at(-1) ?? { headers: {} };
      const own = ['authorization', 'x-ms-date', 'x-ms-client-request-id', 'user-agent', 'host'];
      return {
        method,
        url,
        headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name))),
      };
    };
    const store = stage.worker();
    expect(await store.copy(request)).toEqual(WRITTEN);
    const ours = sent();
    expect((await present(store, key)).metadata).toEqual(metadata);

    const { headers } = ours as { headers: Record<string, string> };
    const sdk = BlobServiceClient.fromConnectionString(stage.backupThroughWire).getContainerClient('docs');
    stage.wire.requests.length = 0;
    await stage.onBackup.deleteBlob(key.path);
    await sdk.getBlockBlobClient(key.path).syncUploadFromURL(headers['x-ms-copy-source'] ?? '', {
      metadata,
      tags,
      tier: 'Cool',
      sourceContentMD5: md5Of('hello'),
      conditions: { ifNoneMatch: '*' },
      sourceConditions: { ifMatch: headers['x-ms-source-if-match'] ?? '' },
    });
    expect(ours).toEqual(sent());
  });

  it('is aborted when there is no answer within its budget, and its outcome counts as unknown', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('hello', 5);
    const request = await stage.requestFor(key);
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    stage.wire.intercept = ({ method }) => (method === 'PUT' ? over : undefined);
    const copied = stage.worker({ budgetMs: 10, graceMs: 10 }).copy(request);
    await expect(copied).rejects.toMatchObject({ code: 'write-outcome-unknown' });
    resolve(undefined);
  });
});
