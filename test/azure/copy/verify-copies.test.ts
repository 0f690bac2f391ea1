import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { decide } from '../../../src/mirror/decide.ts';
import type { Key } from '../../../src/model/key.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';
import type { WireRequest } from '../support/start-wire.ts';

const SIDES = { source: 'sourceaccount', backup: 'backupaccount' };
const FULL: Partial<CopyOptions> = { verify: 'full' };
const MIB = 1024 * 1024;

/** A range of ten bytes, of the requested version. */
const garbledHeaders = (sent: WireRequest): Record<string, string> => ({
  'content-length': '10',
  'content-range': 'bytes 0-9/10',
  'last-modified': new Date(0).toUTCString(),
  'x-ms-blob-type': 'BlockBlob',
  etag: sent.headers['if-match'] ?? '',
});

describe('copies that are compared before they count', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  const isRead = ({ method, url }: WireRequest): boolean => method === 'GET' && !url.includes('comp=');

  it.each<[string, Partial<CopyOptions>]>([
    ['put-blob-from-url', FULL],
    ['blocks-from-url', { ...FULL, largestInOneRequest: 0, serverBlock: { size: 4, atOnce: 2 } }],
    ['copy-blob', { ...FULL, engine: 'copy-blob' }],
    ['streamed', { ...FULL, engine: 'streamed' }],
  ])('carry the stamp in the end and are in step, made by %s', async (engine, options) => {
    await stage.atSource
      .getBlockBlobClient(key.path)
      .upload('0123456789', 10, { metadata: { CamelCase: 'x' } });
    const store = stage.worker(options);
    const request = await stage.requestFor(key);
    expect(await store.copy(request)).toEqual({ kind: 'written', engine });
    const copy = await present(store, key);
    expect(copy).toMatchObject({ metadata: { CamelCase: 'x' }, contentMd5: request.source.contentMd5 });
    expect(decide(SIDES, request.source, copy, POLICY)).toEqual({ action: 'nothing' });
    expect(stage.wire.requests.filter(isRead).map(({ headers }) => headers['if-match'])).toHaveLength(1);
  });

  it('are deleted, with an error, when the backup reads back different content', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    stage.wire.intercept = (sent) =>
      isRead(sent)
        ? {
            status: 206,
            headers: garbledHeaders(sent),
            body: '0123456x89',
          }
        : undefined;
    await expect(stage.worker(FULL).copy(await stage.requestFor(key))).rejects.toMatchObject({
      code: 'content-mismatch',
      disposition: 'retry',
    });
    expect(await contentOf(stage.onBackup, key)).toBeUndefined();
  });

  it('are deleted, and the previous blob is kept with the snapshots that a user made of it', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    const backup = stage.onBackup.getBlockBlobClient(key.path);
    await backup.upload('before', 6);
    await backup.createSnapshot();
    stage.wire.intercept = (sent) =>
      isRead(sent)
        ? {
            status: 206,
            headers: garbledHeaders(sent),
            body: '0123456x89',
          }
        : undefined;
    const request = await stage.requestFor(key);
    await expect(stage.worker(FULL).copy(request)).rejects.toThrow('is deleted');
    expect(await contentOf(stage.onBackup, key)).toBe('before');
    stage.wire.intercept = () => undefined;
    const copy = await present(stage.worker(), key);
    expect(decide(SIDES, request.source, copy, POLICY)).toMatchObject({ action: 'copy' });
  });

  it('are not taken for equal by their MD5 before they were compared', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10, {
      blobHTTPHeaders: { blobContentMD5: createHash('md5').update('0123456789').digest() },
    });
    const request = await stage.requestFor(key);
    // The worker dies between the copy and the comparison.
    stage.wire.intercept = (sent) => (isRead(sent) ? { status: 503 } : undefined);
    await expect(stage.worker(FULL).copy(request)).rejects.toMatchObject({ code: 'storage-throttled' });
    const copy = await present(stage.worker(), key);
    expect(copy.metadata).toEqual({});
    expect(decide(SIDES, request.source, copy, POLICY)).toMatchObject({ action: 'copy' });

    stage.wire.intercept = () => undefined;
    stage.wire.requests.length = 0;
    expect(await stage.worker(FULL).copy(await stage.requestFor(key))).toEqual({
      kind: 'written',
      engine: 'compared',
    });
    expect(stage.wire.requests.some(({ headers }) => headers['x-ms-copy-source'] !== undefined)).toBe(false);
  });

  it('are compared further where another worker stopped', async () => {
    const content = Buffer.alloc(20 * MIB, 'x');
    await stage.atSource.getBlockBlobClient(key.path).upload(content, content.length);
    const brief = stage.worker({ ...FULL, budgetMs: 0 });
    expect(await brief.copy(await stage.requestFor(key))).toMatchObject({ kind: 'unfinished' });
    expect((await present(brief, key)).stamp).toBeUndefined();
    expect(await brief.copy(await stage.requestFor(key))).toMatchObject({ kind: 'unfinished' });
    expect(await brief.copy(await stage.requestFor(key))).toMatchObject({ kind: 'written' });
    expect(stage.wire.requests.filter(isRead).map(({ headers }) => headers['x-ms-range'])).toEqual([
      `bytes=0-${8 * MIB - 1}`,
      `bytes=${8 * MIB}-${16 * MIB - 1}`,
      `bytes=${16 * MIB}-${20 * MIB - 1}`,
    ]);
    expect(
      stage.wire.requests.filter(({ headers }) => headers['x-ms-copy-source'] !== undefined),
    ).toHaveLength(1);
  });

  it('are archived only after they were read back', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    const store = stage.worker(FULL);
    expect(await store.copy(await stage.requestFor(key, { tier: 'Archive' }))).toMatchObject({
      kind: 'written',
    });
    expect(await present(store, key)).toMatchObject({ archived: true, tier: 'Archive' });
  });

  it('end with a failed source precondition when the source changes while they are compared', async () => {
    const blob = stage.atSource.getBlockBlobClient(key.path);
    await blob.upload('0123456789', 10);
    const request = await stage.requestFor(key);
    stage.wire.intercept = async ({ method, url }) => {
      if (method === 'HEAD' && url.includes('/backupaccount/')) await blob.upload('abcdefghij', 10);
      return undefined;
    };
    expect(await stage.worker(FULL).copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
    stage.wire.intercept = () => undefined;
    expect((await present(stage.worker(), key)).stamp).toBeUndefined();
    expect(await stage.worker(FULL).copy(await stage.requestFor(key))).toMatchObject({ kind: 'written' });
    expect(await contentOf(stage.onBackup, key)).toBe('abcdefghij');
  });

  describe('over an old version', () => {
    const garble = (sent: WireRequest) =>
      isRead(sent)
        ? {
            status: 206,
            headers: garbledHeaders(sent),
            body: '0123456x89',
          }
        : undefined;

    it.each<[string, Partial<CopyOptions>]>([
      ['put-blob-from-url', FULL],
      ['blocks-from-url', { ...FULL, largestInOneRequest: 0, serverBlock: { size: 4, atOnce: 2 } }],
      ['copy-blob', { ...FULL, engine: 'copy-blob' }],
      ['streamed', { ...FULL, engine: 'streamed' }],
    ])(
      'leave that in its place until they are equal, and permanently if they are not: %s',
      async (engine, options) => {
        await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
        await stage.onBackup.getBlockBlobClient(key.path).upload('old', 3);
        stage.wire.intercept = garble;
        const failed = stage.worker(options).copy(await stage.requestFor(key));
        await expect(failed).rejects.toMatchObject({ code: 'content-mismatch' });
        expect(await contentOf(stage.onBackup, key)).toBe('old');

        let meanwhile: string | undefined;
        stage.wire.intercept = async (sent) => {
          if (isRead(sent)) meanwhile = await contentOf(stage.onBackup, key);
          return undefined;
        };
        const request = await stage.requestFor(key);
        expect(await stage.worker(options).copy(request)).toEqual({ kind: 'written', engine });
        expect(meanwhile).toBe('old');
        expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
        expect((await present(stage.worker(), key)).stamp?.etag).toBe(request.source.etag);
      },
    );

    it('are compared further where another worker stopped, and no block is copied twice', async () => {
      const content = Buffer.alloc(20 * MIB, 'x');
      await stage.atSource.getBlockBlobClient(key.path).upload(content, content.length);
      await stage.onBackup.getBlockBlobClient(key.path).upload('old', 3);
      const options = { ...FULL, largestInOneRequest: 0, serverBlock: { size: 8 * MIB, atOnce: 4 } };
      const brief = stage.worker({ ...options, budgetMs: 0 });
      const request = await stage.requestFor(key);
      let kind: string;
      do ({ kind } = await brief.copy(request));
      while (kind === 'unfinished');
      expect(kind).toBe('written');
      const isStaged = ({ method, url }: WireRequest): boolean =>
        method === 'PUT' && url.includes('comp=block&') && url.includes('.blobmirror');
      expect(stage.wire.requests.filter(isStaged)).toHaveLength(3);
    });

    it('are dropped when that was written again meanwhile', async () => {
      await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
      await stage.onBackup.getBlockBlobClient(key.path).upload('old', 3);
      const request = await stage.requestFor(key);
      stage.wire.intercept = async (sent) => {
        if (isRead(sent)) await stage.onBackup.getBlockBlobClient(key.path).upload('newer', 5);
        return undefined;
      };
      expect(await stage.worker(FULL).copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
      expect(await contentOf(stage.onBackup, key)).toBe('newer');
    });
  });

  describe('on an immutable backup, where a protected version accepts no metadata', () => {
    const isImmutable = ({ method, url }: WireRequest): boolean =>
      (method === 'PUT' && url.includes('comp=metadata')) || method === 'DELETE';
    const refused = { status: 409, headers: { 'x-ms-error-code': 'BlobImmutableDueToPolicy' } };

    it.each([
      ['declares', true],
      ['does not declare', false],
    ])(
      'get the stamp with a second copy, for the MD5 that was compared: the source %s it',
      async (_, declares) => {
        const blob = stage.atSource.getBlockBlobClient(key.path);
        await blob.upload('0123456789', 10);
        if (!declares) await blob.setHTTPHeaders({});
        const request = await stage.requestFor(key);
        const copies: WireRequest[] = [];
        let stampWhenRead: unknown = 'not read';
        stage.wire.intercept = async (sent) => {
          if (isRead(sent)) stampWhenRead = (await present(stage.backup, key)).stamp;
          if (sent.headers['x-ms-copy-source'] !== undefined) copies.push(sent);
          return isImmutable(sent) ? refused : undefined;
        };
        expect(await stage.worker(FULL).copy(request)).toMatchObject({ kind: 'written' });
        expect(stampWhenRead).toBeUndefined();
        expect((await present(stage.worker(), key)).stamp?.etag).toBe(request.source.etag);
        const md5 = createHash('md5').update('0123456789').digest('base64');
        expect(copies).toHaveLength(2);
        expect(copies[1]?.headers['x-ms-source-content-md5']).toBe(md5);
        expect(copies[1]?.headers['if-match']).toBeDefined();
      },
    );

    it('have no stamp when they differ', async () => {
      await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
      stage.wire.intercept = (sent) => {
        if (isImmutable(sent)) return refused;
        const headers = garbledHeaders(sent);
        return isRead(sent) ? { status: 206, headers, body: '0123456x89' } : undefined;
      };
      await expect(stage.worker(FULL).copy(await stage.requestFor(key))).rejects.toMatchObject({
        code: 'content-mismatch',
      });
      expect((await present(stage.backup, key)).stamp).toBeUndefined();
    });

    it('cannot be compared in more than one call', async () => {
      const content = Buffer.alloc(20 * MIB, 'x');
      await stage.atSource.getBlockBlobClient(key.path).upload(content, content.length);
      stage.wire.intercept = (sent) => (isImmutable(sent) ? refused : undefined);
      const brief = stage.worker({ ...FULL, budgetMs: 0 });
      await expect(brief.copy(await stage.requestFor(key))).rejects.toMatchObject({
        code: 'copy-not-possible',
        message: expect.stringContaining('immutable') as unknown,
      });
    });
  });
});
