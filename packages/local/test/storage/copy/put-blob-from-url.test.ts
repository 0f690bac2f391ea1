import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { refusalOf, sasUrl, startTwoAccounts, type TwoAccounts } from '../../support/two-accounts.ts';

const md5Of = (data: string | Buffer) => createHash('md5').update(data).digest();

function tokenFor(audience: string, lifetimeSeconds = 600): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: audience,
    iss: 'https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/',
    iat: now - 60,
    nbf: now - 60,
    exp: now + lifetimeSeconds,
  };
  return [{ alg: 'RS256', typ: 'JWT' }, claims, 'no signature']
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

describe('Put Blob From URL', () => {
  let two: TwoAccounts;
  beforeEach(async () => {
    two = await startTwoAccounts();
  });
  const blobs = (name = 'a.txt') => ({
    from: two.source.getBlockBlobClient(name),
    to: two.backup.getBlockBlobClient(name),
  });

  it('copies content, properties and metadata, and returns the MD5 of the copied bytes', async () => {
    const { from, to } = blobs('dir/ä b+c%20.txt');
    await from.upload('hello', 5, {
      metadata: { CamelCase: 'v' },
      blobHTTPHeaders: {
        blobContentType: 'text/plain',
        blobContentEncoding: 'identity',
        blobContentLanguage: 'de',
        blobContentDisposition: 'inline',
        blobCacheControl: 'no-store',
      },
      tier: 'Cool',
    });
    const answer = await to.syncUploadFromURL(await sasUrl(from));
    expect(Buffer.from(answer.contentMD5 ?? [])).toEqual(md5Of('hello'));
    expect(answer.requestId).toBeTruthy();
    expect((await to.downloadToBuffer()).toString()).toBe('hello');
    expect(await to.getProperties()).toMatchObject({
      contentType: 'text/plain',
      contentEncoding: 'identity',
      contentLanguage: 'de',
      contentDisposition: 'inline',
      cacheControl: 'no-store',
      metadata: { camelcase: 'v' },
      contentMD5: md5Of('hello'),
      blobType: 'BlockBlob',
      accessTier: 'Hot',
    });
    const listed = await two.backup.listBlobsFlat({ includeMetadata: true }).next();
    expect(listed.value).toMatchObject({ metadata: { CamelCase: 'v' } });
  });

  it('takes given properties, metadata, tags and tier instead of those of the source', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5, {
      metadata: { of: 'source' },
      tags: { of: 'source' },
      blobHTTPHeaders: { blobContentType: 'text/plain', blobCacheControl: 'no-store' },
    });
    await to.syncUploadFromURL(await sasUrl(from), {
      metadata: { of: 'request' },
      tags: { of: 'request' },
      tier: 'Cool',
      blobHTTPHeaders: { blobContentType: 'text/css' },
    });
    expect(await to.getProperties()).toMatchObject({
      contentType: 'text/css',
      cacheControl: 'no-store',
      metadata: { of: 'request' },
      accessTier: 'Cool',
    });
    expect((await to.getTags()).tags).toEqual({ of: 'request' });

    await to.syncUploadFromURL(await sasUrl(from), { copySourceBlobProperties: false });
    const properties = await to.getProperties();
    expect(properties.contentType).toBe('application/octet-stream');
    expect(properties.cacheControl).toBeUndefined();
    expect((await to.getTags()).tags).toEqual({});
  });

  it('copies tags only when asked to and allowed to', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5, { tags: { of: 'source' } });
    await to.syncUploadFromURL(await sasUrl(from, 'rt'), { copySourceTags: 'COPY' });
    expect((await to.getTags()).tags).toEqual({ of: 'source' });
    expect(await refusalOf(to.syncUploadFromURL(await sasUrl(from, 'r'), { copySourceTags: 'COPY' }))).toBe(
      '403 CannotVerifyCopySource',
    );
    expect(
      await refusalOf(
        to.syncUploadFromURL(await sasUrl(from, 'rt'), { copySourceTags: 'COPY', tags: { a: 'b' } }),
      ),
    ).toMatch(/^409 /);
  });

  it('refuses with 412 when a source condition is not met', async () => {
    const { from, to } = blobs();
    const { etag = '' } = await from.upload('hello', 5);
    const url = await sasUrl(from);
    const past = new Date(Date.now() - 86_400_000);
    const future = new Date(Date.now() + 86_400_000);
    for (const sourceConditions of [
      { ifMatch: '"0x1"' },
      { ifNoneMatch: etag },
      { ifModifiedSince: future },
      { ifUnmodifiedSince: past },
    ])
      expect(await refusalOf(to.syncUploadFromURL(url, { sourceConditions }))).toBe(
        '412 SourceConditionNotMet',
      );
    expect(await to.exists()).toBe(false);
    await to.syncUploadFromURL(url, { sourceConditions: { ifMatch: etag, ifUnmodifiedSince: future } });
    expect(await to.exists()).toBe(true);
  });

  it('refuses as any write does when a condition on the destination is not met', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5);
    const url = await sasUrl(from);
    const put = (conditions: object) => to.syncUploadFromURL(url, { conditions });
    const { etag } = await put({ ifNoneMatch: '*' });
    expect(await refusalOf(put({ ifNoneMatch: '*' }))).toBe('409 BlobAlreadyExists');
    expect(await refusalOf(put({ ifMatch: '"0x1"' }))).toBe('412 ConditionNotMet');
    await put({ ifMatch: etag });
    const lease = await to.getBlobLeaseClient().acquireLease(-1);
    expect(await refusalOf(put({}))).toBe('412 LeaseIdMissing');
    await put({ leaseId: lease.leaseId });
  });

  it('lets exactly one of many concurrent creations succeed', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5);
    const url = await sasUrl(from);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        refusalOf(to.syncUploadFromURL(url, { conditions: { ifNoneMatch: '*' } })),
      ),
    );
    expect(answers.filter((answer) => answer === 'was not refused')).toHaveLength(1);
  });

  it('refuses a source that is missing, forbidden or archived', async () => {
    const { from, to } = blobs();
    const missing = await sasUrl(from);
    expect(await refusalOf(to.syncUploadFromURL(missing))).toBe('404 CannotVerifyCopySource');
    expect(await refusalOf(to.syncUploadFromURL(missing, { sourceConditions: { ifMatch: '"0x1"' } }))).toBe(
      '404 CannotVerifyCopySource',
    );
    await from.upload('hello', 5);
    const forged = missing.replace(
      /sig=[^&]+/,
      `sig=${encodeURIComponent(randomBytes(32).toString('base64'))}`,
    );
    const expired = await from.generateSasUrl({
      permissions: (await import('@azure/storage-blob')).BlobSASPermissions.parse('r'),
      startsOn: new Date(Date.now() - 7_200_000),
      expiresOn: new Date(Date.now() - 3_600_000),
    });
    for (const url of [from.url, forged, expired, await sasUrl(from, 'w')])
      expect(await refusalOf(to.syncUploadFromURL(url))).toBe('403 CannotVerifyCopySource');
    await from.setAccessTier('Archive');
    expect(await refusalOf(to.syncUploadFromURL(missing))).toBe('409 CannotVerifyCopySource');
  });

  it('accepts a bearer token for the source and refuses an invalid one', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5);
    const put = (value: string) =>
      to.syncUploadFromURL(from.url, { sourceAuthorization: { scheme: 'Bearer', value } });
    await put(tokenFor('https://storage.azure.com'));
    expect(await to.exists()).toBe(true);
    for (const token of [
      'garbage',
      tokenFor('https://vault.azure.net'),
      tokenFor('https://storage.azure.com', -30),
      tokenFor('https://otheraccount.blob.core.windows.net'),
    ])
      expect(await refusalOf(put(token))).toBe('403 CannotVerifyCopySource');
  });

  it('checks the given MD5 of the source', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5);
    const url = await sasUrl(from);
    expect(await refusalOf(to.syncUploadFromURL(url, { sourceContentMD5: md5Of('other') }))).toBe(
      '400 Md5Mismatch',
    );
    expect(await to.exists()).toBe(false);
    await to.syncUploadFromURL(url, { sourceContentMD5: md5Of('hello') });
  });

  it('makes a block blob without a block list from a block list, an append and a page blob', async () => {
    const blocks = two.source.getBlockBlobClient('blocks');
    const ids = ['1', '2', '3'].map((id) => Buffer.from(id).toString('base64'));
    for (const id of ids) await blocks.stageBlock(id, `block ${id};`, `block ${id};`.length);
    await blocks.commitBlockList(ids, { blobHTTPHeaders: { blobContentMD5: md5Of('not this') } });

    const append = two.source.getAppendBlobClient('append');
    await append.create();
    for (const text of ['one', 'two']) await append.appendBlock(text, 3);

    const pages = two.source.getPageBlobClient('pages');
    await pages.create(4096);
    await pages.uploadPages(Buffer.alloc(512, 'p'), 1024, 512);

    await two.source.getBlockBlobClient('empty').upload('', 0);
    for (const name of ['blocks', 'append', 'pages', 'empty']) {
      const { from, to } = blobs(name);
      const expected = await from.downloadToBuffer();
      const answer = await to.syncUploadFromURL(await sasUrl(from));
      expect(Buffer.from(answer.contentMD5 ?? [])).toEqual(md5Of(expected));
      expect(await to.downloadToBuffer()).toEqual(expected);
      expect((await to.getProperties()).blobType).toBe('BlockBlob');
      expect((await to.getBlockList('all')).committedBlocks ?? []).toEqual([]);
    }
  });

  it('refuses a source above 5,000 MiB', async () => {
    const pages = two.source.getPageBlobClient('huge');
    await pages.create(5000 * 1024 * 1024 + 512);
    expect(await refusalOf(blobs('huge').to.syncUploadFromURL(await sasUrl(pages)))).toBe(
      '409 CannotVerifyCopySource',
    );
  });

  it('never mixes two versions of a source that is overwritten meanwhile', async () => {
    // On disk, because there the copy waits between finding the source and having read it.
    const dataDirectory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
    onTestFinished(() => rm(dataDirectory, { recursive: true }));
    two = await startTwoAccounts({ dataDirectory });
    const { from, to } = blobs('hot');
    const size = 1024 * 1024;
    const write = async (letter: string) => {
      const half = Buffer.alloc(size / 2, letter);
      const ids = ['1', '2'].map((id) => Buffer.from(id).toString('base64'));
      for (const id of ids) await from.stageBlock(id, half, half.length);
      return from.commitBlockList(ids, {
        metadata: { letter },
        blobHTTPHeaders: { blobContentType: `text/${letter}` },
      });
    };
    await write('a');
    const url = await sasUrl(from);
    const state = { isWriting: true };
    const writer = (async () => {
      for (const letter of 'bcdefghijklmnop') await write(letter);
      state.isWriting = false;
    })();
    let copies = 0;
    while (state.isWriting) {
      await to.syncUploadFromURL(url);
      const { metadata, contentType } = await to.getProperties();
      expect(contentType).toBe(`text/${metadata?.['letter']}`);
      expect(await to.downloadToBuffer()).toEqual(Buffer.alloc(size, metadata?.['letter']));
      copies++;
    }
    await writer;
    expect(copies).toBeGreaterThan(2);
  });

  it('copies from another server, with its conditions, its tags and its refusals', async () => {
    const other = await startTwoAccounts();
    const from = other.source.getBlockBlobClient('far away.txt');
    const to = two.backup.getBlockBlobClient('near.txt');
    const { etag = '' } = await from.upload('hello', 5, { metadata: { CamelCase: 'v' }, tags: { a: 'b' } });
    const url = await sasUrl(from, 'rt');
    const answer = await to.syncUploadFromURL(url, {
      sourceConditions: { ifMatch: etag },
      copySourceTags: 'COPY',
    });
    expect(Buffer.from(answer.contentMD5 ?? [])).toEqual(md5Of('hello'));
    expect((await to.downloadToBuffer()).toString()).toBe('hello');
    expect((await to.getTags()).tags).toEqual({ a: 'b' });
    expect(await refusalOf(to.syncUploadFromURL(url, { sourceConditions: { ifMatch: '"0x1"' } }))).toBe(
      '412 SourceConditionNotMet',
    );
    expect(await refusalOf(to.syncUploadFromURL(from.url))).toBe('403 CannotVerifyCopySource');
    await other.storage.stop();
    expect(await refusalOf(to.syncUploadFromURL(url))).toBe('404 CannotVerifyCopySource');
  });

  it('streams: a copy of 128 MiB does not hold them in memory', async () => {
    const { from, to } = blobs('big');
    const chunk = randomBytes(1024 * 1024);
    await from.uploadStream(Readable.from(repeat(chunk, 128)), 8 * 1024 * 1024, 2);
    const oneExtent = two.source.getBlockBlobClient('one extent');
    await oneExtent.syncUploadFromURL(await sasUrl(from));
    const before = process.memoryUsage().arrayBuffers;
    // The content is already in one extent, so the copy shares it.
    const copy = await to.syncUploadFromURL(await sasUrl(oneExtent));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(48 * 1024 * 1024);
    expect((await to.getProperties()).contentLength).toBe(128 * chunk.length);
    expect(copy.contentMD5).toEqual((await oneExtent.getProperties()).contentMD5);
  });

  it('answers under an account SAS, and makes only new blobs when the SAS lacks write', async () => {
    const { from, to } = blobs();
    await from.upload('hello', 5);
    const create = two.backup.getBlockBlobClient('a.txt');
    const url = await sasUrl(create, 'c');
    const put = async () => {
      const response = await fetch(url, {
        method: 'PUT',
        headers: {
          'x-ms-blob-type': 'BlockBlob',
          'x-ms-copy-source': await sasUrl(from),
          'content-length': '0',
          'x-ms-version': '2023-11-03',
        },
      });
      return `${response.status} ${response.headers.get('x-ms-error-code') ?? ''}`.trim();
    };
    expect(await put()).toBe('201');
    expect(await put()).toBe('403 AuthorizationPermissionMismatch');
    expect(await to.exists()).toBe(true);
  });
});

function* repeat(chunk: Buffer, times: number): Generator<Buffer> {
  for (let time = 0; time < times; time++) yield chunk;
}
