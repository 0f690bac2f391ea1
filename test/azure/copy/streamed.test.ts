import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import type { Key } from '../../../src/model/key.ts';
import { contentOf, type CopyStage, present } from './support/copy-stage.ts';
import { onCopyStage } from './support/on-copy-stage.ts';

const SMALL: Partial<CopyOptions> = { engine: 'streamed', streamedBlock: { size: 4, atOnce: 2 } };
const ONE_BLOCK: Partial<CopyOptions> = {
  engine: 'streamed',
  streamedBlock: { size: 4, atOnce: 1 },
  budgetMs: 0,
};
const WRITTEN = { kind: 'written', engine: 'streamed' };
const UNFINISHED = { kind: 'unfinished', engine: 'streamed' };
const MIB = 1024 * 1024;

describe('streaming through the process', () => {
  let stage: CopyStage;
  let key: Key;
  onCopyStage((...entered) => {
    [stage, key] = entered;
  });

  const putAppend = async (content: string): Promise<void> => {
    const blob = stage.atSource.getAppendBlobClient(key.path);
    await blob.create({
      metadata: { CamelCase: 'x' },
      blobHTTPHeaders: {
        blobContentType: 'text/x',
        blobContentMD5: createHash('md5').update(content).digest(),
      },
    });
    await blob.appendBlock(content, content.length);
  };
  const sentWith = (header: string): number =>
    stage.wire.requests.filter(({ headers }) => headers[header] !== undefined).length;

  it('reads under the ETag of the version and sends an MD5 with every block', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    const request = await stage.requestFor(key);
    expect(await stage.worker(SMALL, 'all').copy(request)).toEqual(WRITTEN);
    const reads = stage.wire.requests.filter(({ method, url }) => method === 'GET' && !url.includes('comp='));
    expect(reads.map(({ headers }) => headers['if-match'])).toEqual(
      Array.from({ length: 3 }, () => `"${request.source.etag}"`),
    );
    expect(sentWith('content-md5')).toBe(3);
    expect(sentWith('x-ms-copy-source')).toBe(0);
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
  });

  it('refuses bytes that were damaged in transit to the backup', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    stage.wire.intercept = ({ headers, url }) =>
      url.includes('comp=block&') && headers['content-md5'] !== undefined
        ? { status: 400, headers: { 'x-ms-error-code': 'Md5Mismatch' } }
        : undefined;
    await expect(stage.worker(SMALL).copy(await stage.requestFor(key))).rejects.toMatchObject({
      code: 'content-damaged',
    });
    expect(await contentOf(stage.onBackup, key)).toBeUndefined();
  });

  it('copies a small blob whose MD5 is not of its bytes, and keeps both', async () => {
    const blob = stage.atSource.getBlockBlobClient(key.path);
    const other = createHash('md5').update('other').digest();
    await blob.upload('0123', 4);
    await blob.setHTTPHeaders({ blobContentMD5: other });
    expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toMatchObject({ kind: 'written' });
    expect(await contentOf(stage.onBackup, key)).toBe('0123');
    const { contentMD5 } = await stage.onBackup.getBlobClient(key.path).getProperties();
    expect(Buffer.from(contentMD5 ?? [])).toEqual(other);
  });

  it('continues where another worker stopped, and after a server-side copy by blocks', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0123456789', 10);
    const request = await stage.requestFor(key);
    const server = {
      engine: 'server',
      largestInOneRequest: 0,
      serverBlock: { size: 4, atOnce: 1 },
      budgetMs: 0,
    };
    expect(await stage.worker(ONE_BLOCK).copy(request)).toEqual(UNFINISHED);
    expect(await stage.worker(server as Partial<CopyOptions>).copy(request)).toMatchObject({
      kind: 'unfinished',
    });
    expect(await stage.worker(ONE_BLOCK).copy(request)).toEqual(WRITTEN);
    expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    expect(stage.wire.requests.filter(({ url }) => url.includes('comp=block&'))).toHaveLength(3);
  });

  it('fails by name when not even one block fits into memory', async () => {
    await stage.atSource.getBlockBlobClient(key.path).upload('0', 1);
    const request = await stage.requestFor(key);
    const huge = { ...request, source: { ...request.source, size: 100 * MIB * MIB } };
    await expect(stage.worker({ engine: 'streamed' }).copy(huge)).rejects.toMatchObject({
      code: 'source-too-large',
      disposition: 'park',
    });
  });

  describe('an append blob', () => {
    it('keeps its kind, headers, MD5 and metadata', async () => {
      await putAppend('0123456789');
      const request = await stage.requestFor(key, { tags: { colour: 'red' } });
      const store = stage.worker(SMALL);
      expect(await store.copy(request)).toEqual(WRITTEN);
      expect(await present(store, key)).toMatchObject({
        kind: 'append',
        size: 10,
        headers: { contentType: 'text/x' },
        contentMd5: request.source.contentMd5,
        metadata: { CamelCase: 'x' },
        stamp: { etag: request.source.etag },
      });
      expect(await store.readTags(key)).toEqual({ colour: 'red' });
      expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    });

    it('shows no stamp and proves nothing while it is partial, and any worker continues it', async () => {
      await putAppend('0123456789');
      expect(await stage.worker(ONE_BLOCK).copy(await stage.requestFor(key))).toEqual(UNFINISHED);
      const partial = await present(stage.worker(), key);
      expect(partial).toMatchObject({ size: 4, stamp: undefined, contentMd5: undefined });
      expect(partial.metadata).toEqual({ CamelCase: 'x' });

      expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
      expect(stage.wire.requests.filter(({ url }) => url.includes('comp=appendblock'))).toHaveLength(3);
    });

    it('starts over when the source has another version', async () => {
      await putAppend('0123456789');
      expect(await stage.worker(ONE_BLOCK).copy(await stage.requestFor(key))).toEqual(UNFINISHED);
      await putAppend('abcdefghij');
      expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      expect(await contentOf(stage.onBackup, key)).toBe('abcdefghij');
    });

    it('ends with a failed backup precondition when another writer interferes', async () => {
      await putAppend('0123456789');
      const request = await stage.requestFor(key);
      let blocks = 0;
      stage.wire.intercept = async ({ url }) => {
        if (url.includes('comp=appendblock') && ++blocks === 2)
          await stage.onBackup.getAppendBlobClient(key.path).appendBlock('xxxx', 4);
        return undefined;
      };
      expect(await stage.worker(SMALL).copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
      expect((await present(stage.worker(), key)).stamp).toBeUndefined();
      stage.wire.intercept = () => undefined;
      expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    });

    it.each(['properties', 'metadata'])(
      'shows no stamp when another writer interferes before its %s are written',
      async (what) => {
        await putAppend('0123456789');
        const request = await stage.requestFor(key);
        let isChanged = false;
        stage.wire.intercept = async ({ method, url }) => {
          if (!isChanged && method === 'PUT' && url.includes(`comp=${what}`)) {
            isChanged = true;
            await stage.onBackup.getAppendBlobClient(key.path).appendBlock('xxxx', 4);
          }
          return undefined;
        };
        expect(await stage.worker(SMALL).copy(request)).toMatchObject({ kind: 'backup-precondition-failed' });
        expect(isChanged).toBe(true);
        expect((await present(stage.worker(), key)).stamp).toBeUndefined();
      },
    );

    it('begins anew when another program has appended to the partial copy', async () => {
      await putAppend('0123456789');
      expect(await stage.worker(ONE_BLOCK).copy(await stage.requestFor(key))).toEqual(UNFINISHED);
      await stage.onBackup.getAppendBlobClient(key.path).appendBlock('xxxx', 4);
      expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      expect(await contentOf(stage.onBackup, key)).toBe('0123456789');
    });

    it.each(['', 'x'])(
      'of %j ends with a failed source precondition when the source changed',
      async (content) => {
        const blob = stage.atSource.getAppendBlobClient(key.path);
        await blob.create();
        if (content !== '') await blob.appendBlock(content, content.length);
        const request = await stage.requestFor(key);
        await blob.setMetadata({ moved: 'yes' });
        expect(await stage.worker(SMALL).copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
        expect(await stage.worker(SMALL).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      },
    );
  });

  describe('a page blob', () => {
    const RANGES = [
      [0, 511],
      [MIB, 5.5 * MIB - 1],
      [7 * MIB, 7 * MIB + 1023],
    ] as const;

    async function putPages(): Promise<void> {
      const blob = stage.atSource.getPageBlobClient(key.path);
      await blob.create(8 * MIB);
      for (const [start, end] of RANGES) {
        for (let at: number = start; at <= end; at += MIB) {
          const count = Math.min(MIB, end + 1 - at);
          await blob.uploadPages(Buffer.alloc(count, 97 + (at % 7)), at, count);
        }
      }
    }

    async function rangesOnBackup(): Promise<number[][]> {
      const ranges: [number, number][] = [];
      for await (const { start, end } of stage.onBackup.getPageBlobClient(key.path).listPageRanges()) {
        const last = ranges.at(-1);
        if (last !== undefined && last[1] + 1 === start) last[1] = end;
        else ranges.push([start, end]);
      }
      return ranges;
    }

    const equal = async (): Promise<boolean> =>
      (await stage.onBackup.getBlobClient(key.path).downloadToBuffer()).equals(
        await stage.atSource.getBlobClient(key.path).downloadToBuffer(),
      );

    it('keeps its sparse ranges', async () => {
      await putPages();
      const request = await stage.requestFor(key);
      const store = stage.worker({ engine: 'streamed' });
      expect(await store.copy(request)).toEqual(WRITTEN);
      expect(await rangesOnBackup()).toEqual(RANGES);
      expect(await equal()).toBe(true);
      expect((await present(store, key)).stamp?.etag).toBe(request.source.etag);
    });

    it('that is too long for one call is parked, and shows no stamp', async () => {
      await putPages();
      const store = stage.worker({ engine: 'streamed', budgetMs: 0 });
      await expect(store.copy(await stage.requestFor(key))).rejects.toMatchObject({
        code: 'copy-not-possible',
        disposition: 'park',
      });
      expect(await present(store, key)).toMatchObject({ stamp: undefined, contentMd5: undefined });
      expect(await stage.worker({ engine: 'streamed' }).copy(await stage.requestFor(key))).toEqual(WRITTEN);
      expect(await equal()).toBe(true);
    });

    it('of no bytes is of the version that was asked for, too', async () => {
      const blob = stage.atSource.getPageBlobClient(key.path);
      await blob.create(0);
      const request = await stage.requestFor(key);
      await blob.setMetadata({ moved: 'yes' });
      const store = stage.worker({ engine: 'streamed' });
      expect(await store.copy(request)).toMatchObject({ kind: 'source-precondition-failed' });
      expect(await store.copy(await stage.requestFor(key))).toEqual(WRITTEN);
    });

    it('ends with a failed source precondition when the source changed', async () => {
      await putPages();
      const request = await stage.requestFor(key);
      await stage.atSource.getPageBlobClient(key.path).uploadPages(Buffer.alloc(512, 'z'), 0, 512);
      expect(await stage.worker({ engine: 'streamed' }).copy(request)).toMatchObject({
        kind: 'source-precondition-failed',
      });
    });
  });
});
