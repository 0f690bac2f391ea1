import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { BlobmirrorError } from '../../../src/model/errors.ts';
import type { Key } from '../../../src/model/key.ts';
import type { BackupStore, CopyOutcome, CopyRequest } from '../../../src/ports/backup-store.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';

const SMALL: Partial<CopyOptions> = { largestInOneRequest: 0, serverBlock: { size: 4, atOnce: 2 } };
/** A worker that copies one block in each call. */
const ONE_BLOCK: Partial<CopyOptions> = { ...SMALL, serverBlock: { size: 4, atOnce: 1 }, budgetMs: 0 };
const WRITTEN = { kind: 'written', engine: 'blocks-from-url' };
const UNFINISHED = { kind: 'unfinished', engine: 'blocks-from-url' };

describe('copying by blocks', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  const put = async (content: string): Promise<void> => {
    await stage.atSource.getBlockBlobClient(key.path).upload(content, content.length);
  };
  const blocksSent = () => stage.wire.requests.filter(({ url }) => url.includes('comp=block&'));
  const isCommit = (url: string): boolean => url.includes('comp=blocklist') && !url.includes('blocklisttype');

  async function copyTo(end: CopyOutcome['kind'], worker: BackupStore): Promise<number> {
    for (let calls = 1; calls <= 20; calls++) {
      const { kind: outcome } = await worker.copy(await stage.requestFor(key));
      if (outcome === end) return calls;
      expect(outcome).toBe('unfinished');
    }
    throw new Error('it did not end');
  }

  it('names the version of the source with every block', async () => {
    await put('0123456789');
    const request = await stage.requestFor(key);
    expect(await stage.worker(SMALL).copy(request)).toEqual(WRITTEN);
    expect(blocksSent().map(({ headers }) => headers['x-ms-source-if-match'])).toEqual(
      Array.from({ length: 3 }, () => `"${request.source.etag}"`),
    );
    expect(new Set(blocksSent().map(({ headers }) => headers['x-ms-source-range']))).toEqual(
      new Set(['bytes=0-3', 'bytes=4-7', 'bytes=8-9']),
    );
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
  });

  it('ends at the block that finds another version, and commits nothing', async () => {
    await put('0123456789');
    const request = await stage.requestFor(key);
    stage.wire.intercept = async ({ url }) => {
      if (url.includes('comp=block&') && blocksSent().length === 2) await put('abcdefghij');
      return undefined;
    };
    const worker = stage.worker({ ...SMALL, serverBlock: { size: 4, atOnce: 1 } });
    expect(await worker.copy(request)).toEqual({
      kind: 'source-precondition-failed',
      engine: 'blocks-from-url',
    });
    expect(blocksSent()).toHaveLength(2);
    expect(await contentOf(stage.onBackup, key)).toBeUndefined();
  });

  it('carries all content headers, the stored MD5, metadata, tags and tier', async () => {
    const md5 = createHash('md5').update('0123456789').digest();
    const headers = {
      blobContentType: 'text/x',
      blobContentEncoding: 'identity',
      blobContentLanguage: 'de',
      blobContentDisposition: 'inline',
      blobCacheControl: 'no-store',
      blobContentMD5: md5,
    };
    await stage.atSource
      .getBlockBlobClient(key.path)
      .upload('0123456789', 10, { blobHTTPHeaders: headers, metadata: { CamelCase: 'x' } });
    const worker = stage.worker(SMALL);
    const request = await stage.requestFor(key, { tier: 'Cool', tags: { colour: 'red' } });
    expect(await worker.copy(request)).toEqual(WRITTEN);
    const copy = await present(worker, key);
    expect(copy).toMatchObject({
      headers: request.source.headers,
      metadata: { CamelCase: 'x' },
      tier: 'Cool',
    });
    expect(copy.contentMd5).toBe(md5.toString('base64'));
    expect(copy.stamp?.etag).toBe(request.source.etag);
    expect(await worker.readTags(key)).toEqual({ colour: 'red' });
  });

  it('stops when its budget is spent, and any worker continues from there', async () => {
    await put('0123456789');
    const request = await stage.requestFor(key);
    expect(await stage.worker(ONE_BLOCK).copy(request)).toEqual(UNFINISHED);
    expect(await stage.worker(ONE_BLOCK).copy(request)).toEqual(UNFINISHED);
    expect(await contentOf(stage.onBackup, key)).toBeUndefined();
    expect(await stage.worker(ONE_BLOCK).copy(request)).toEqual(WRITTEN);
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    expect(blocksSent()).toHaveLength(3);
  });

  it('cuts off requests that hang at the hard limit and keeps the staged blocks', async () => {
    await put('0123456789');
    const request = await stage.requestFor(key);
    let release = (): void => {};
    const hang = new Promise<void>((resolve) => {
      release = resolve;
    });
    stage.wire.intercept = async ({ url }) => {
      if (url.includes('comp=block&') && blocksSent().length > 1) await hang;
      return undefined;
    };
    const brief = { ...SMALL, serverBlock: { size: 4, atOnce: 1 }, budgetMs: 300, graceMs: 100 };
    expect(await stage.worker(brief).copy(request)).toEqual(UNFINISHED);
    release();
    stage.wire.intercept = () => undefined;
    expect(await stage.worker(SMALL).copy(request)).toEqual(WRITTEN);
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
  });

  it('is an error, not an unfinished copy, when no block was staged', async () => {
    await put('0123456789');
    const request = await stage.requestFor(key);
    stage.wire.intercept = async ({ url }) => {
      if (url.includes('comp=block&')) await new Promise(() => {});
      return undefined;
    };
    await expect(stage.worker({ ...SMALL, budgetMs: 50, graceMs: 50 }).copy(request)).rejects.toMatchObject({
      code: 'storage-unavailable',
    });
  });

  it.each(['0010110', '0101011', '1101001', '0112102', '2010210'])(
    'never commits a mix of versions when workers take turns like %s',
    async (turns) => {
      const versions = ['0123456789', 'abcdefghij', 'ABCDEFGHIJ'];
      const requests: CopyRequest[] = [];
      for (const turn of turns) {
        // The first turn of a version comes right after it was written; later ones may find that the source
        // has changed.
        for (let next = requests.length; next <= Number(turn); next++) {
          await put(versions[next] ?? '');
          requests.push(await stage.requestFor(key));
        }
        const request = requests[Number(turn)];
        if (request !== undefined) await stage.worker(ONE_BLOCK).copy(request);
        expect([undefined, ...versions]).toContain(await contentOf(stage.onBackup, key));
      }
      const last = await present(stage.source, key);
      await copyTo('written', stage.worker(ONE_BLOCK));
      expect((await present(stage.worker(), key)).stamp?.etag).toBe(last.etag);
      expect(await contentOf(stage.onBackup, key)).toBe(versions[requests.length - 1]);
    },
  );

  it('lets two workers on two versions stage side by side and commits one of them', async () => {
    await put('0123456789');
    const older = await stage.requestFor(key);
    expect(await stage.worker(ONE_BLOCK).copy(older)).toEqual(UNFINISHED);
    await put('abcdefghij');
    const newer = await stage.requestFor(key);
    expect(await stage.worker(ONE_BLOCK).copy(newer)).toEqual(UNFINISHED);
    const { uncommittedBlocks = [] } = await stage.onBackup
      .getBlockBlobClient(key.path)
      .getBlockList('uncommitted');
    expect(new Set(uncommittedBlocks.map(({ name }) => name)).size).toBe(2);
    expect(await stage.worker(SMALL).copy(newer)).toEqual(WRITTEN);
    expect(await stage.worker(SMALL).copy(older)).toMatchObject({ kind: 'source-precondition-failed' });
    expect(await contentOf(stage.onBackup, key)).toBe('abcdefghij');
  });

  it('ends with a failed backup precondition when another commit removed its blocks', async () => {
    await put('0123456789');
    const request = await stage.requestFor(key);
    stage.wire.intercept = async ({ url }) => {
      if (!isCommit(url)) return undefined;
      // Another program's blob appears and is deleted: the condition holds again, and the blocks are gone.
      const blob = stage.onBackup.getBlockBlobClient(key.path);
      await blob.commitBlockList([]);
      await blob.delete();
      return undefined;
    };
    expect(await stage.worker(SMALL).copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
    expect(await contentOf(stage.onBackup, key)).toBeUndefined();
  });

  it('keeps the old copy readable and whole until the commit', async () => {
    await put('0123456789');
    await copyTo('written', stage.worker(SMALL));
    await put('abcdefghij');
    expect(await stage.worker(ONE_BLOCK).copy(await stage.requestFor(key))).toEqual(UNFINISHED);
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    expect(await copyTo('written', stage.worker(ONE_BLOCK))).toBe(2);
    expect(await contentOf(stage.onBackup, key)).toBe('abcdefghij');
  });

  it.each([16, 36, 64])(
    'works with uncommitted blocks of another program whose ids have %i bytes',
    async (length) => {
      await put('0123456789');
      const foreign = Buffer.alloc(length, 'x').toString('base64');
      await stage.onBackup.getBlockBlobClient(key.path).stageBlock(foreign, 'foreign', 7);
      expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    },
  );

  it('says what to do about blocks whose ids are too short to distinguish versions', async () => {
    await put('0123456789');
    const foreign = Buffer.alloc(8, 'x').toString('base64');
    await stage.onBackup.getBlockBlobClient(key.path).stageBlock(foreign, 'foreign', 7);
    const error = await stage
      .worker(SMALL)
      .copy(await stage.requestFor(key))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BlobmirrorError);
    expect(error).toMatchObject({ code: 'blocks-in-the-way', disposition: 'retry' });
  });
});
