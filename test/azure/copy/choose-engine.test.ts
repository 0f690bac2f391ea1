import { describe, expect, it } from 'vitest';
import type { CopyOptions } from '../../../src/azure/copy/copy-engine.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import type { BackupStore } from '../../../src/ports/backup-store.ts';
import { contentOf, type CopyStage } from './support/copy-stage.ts';
import { ENGINES } from '../support/engines.ts';
import { onCopyStage } from './support/on-copy-stage.ts';
import type { WireRequest } from '../support/start-wire.ts';

const SIZES: Partial<CopyOptions> = { largestInOneRequest: 8, serverBlock: { size: 4, atOnce: 2 } };

describe('the engine of a copy', () => {
  let stage: CopyStage;
  onCopyStage((entered) => {
    stage = entered;
  });

  async function putBlock(size: number): Promise<Key> {
    const key = stage.newKey();
    await stage.atSource.getBlockBlobClient(key.path).upload('x'.repeat(size), size);
    return key;
  }

  async function putAppend(): Promise<Key> {
    const key = stage.newKey();
    await stage.atSource.getAppendBlobClient(key.path).create();
    return key;
  }

  async function engineFor(store: BackupStore, key: Key): Promise<string> {
    const { kind: outcome, engine } = await store.copy(await stage.requestFor(key));
    expect(outcome).toBe('written');
    return engine;
  }

  it.each<[CopyOptions['engine'], string[]]>([
    ['auto', ['put-blob-from-url', 'put-blob-from-url', 'blocks-from-url', 'copy-blob']],
    ['server', ['put-blob-from-url', 'put-blob-from-url', 'blocks-from-url', 'copy-blob']],
    ['copy-blob', ['copy-blob', 'copy-blob', 'copy-blob', 'copy-blob']],
    ['streamed', ['streamed', 'streamed', 'streamed', 'streamed']],
  ])('is, set to %s, for an empty blob, a small, a long and an append one: %j', async (engine, expected) => {
    const store = stage.worker({ ...SIZES, engine });
    const keys = [await putBlock(0), await putBlock(8), await putBlock(9), await putAppend()];
    const engines = [];
    for (const key of keys) engines.push(await engineFor(store, key));
    expect(engines).toEqual(expected);
  });

  /** Answers as a service that is older than the operations. */
  const lack = (...lacks: ((request: WireRequest) => boolean)[]): void => {
    stage.wire.intercept = (request) =>
      request.headers['x-ms-copy-source'] !== undefined && lacks.some((is) => is(request))
        ? { status: 501, headers: { 'x-ms-error-code': 'APINotImplemented' } }
        : undefined;
  };
  const isPutBlob = ({ headers }: WireRequest): boolean => headers['x-ms-blob-type'] === 'BlockBlob';
  const isPutBlock = ({ url }: WireRequest): boolean => url.includes('comp=block&');

  it('is the next one where the service lacks an operation, for later blobs too', async () => {
    const store = stage.worker(SIZES);
    lack(isPutBlob);
    expect(await engineFor(store, await putBlock(8))).toBe('blocks-from-url');
    lack(isPutBlob, isPutBlock);
    expect(await engineFor(store, await putBlock(8))).toBe('copy-blob');
    lack(() => true);
    expect(await engineFor(store, await putBlock(8))).toBe('streamed');
    expect(await engineFor(store, await putAppend())).toBe('streamed');

    stage.wire.requests.length = 0;
    expect(await engineFor(store, await putBlock(8))).toBe('streamed');
    expect(stage.wire.requests.some(({ headers }) => headers['x-ms-copy-source'] !== undefined)).toBe(false);
  });

  it('is never streaming when set to server', async () => {
    lack(() => true);
    const request = await stage.requestFor(await putBlock(8));
    await expect(stage.worker({ engine: 'server' }).copy(request)).rejects.toMatchObject({
      code: 'copy-not-possible',
      disposition: 'park',
    });
  });

  describe('is replaced where the service refuses it', () => {
    const refuse = (status: number, code?: string): void => {
      stage.wire.intercept = (request) =>
        request.headers['x-ms-copy-source'] !== undefined && isPutBlob(request)
          ? { status, headers: code === undefined ? {} : { 'x-ms-error-code': code } }
          : undefined;
    };
    const countTries = (): number => stage.wire.requests.filter(isPutBlob).length;

    it.each([
      [400, 'UnsupportedHeader', 1],
      [400, 'InvalidHeaderValue', 3],
      [400, 'CannotVerifyCopySource', 3],
      [400, undefined, 3],
      [409, 'CannotVerifyCopySource', 3],
      [501, undefined, 1],
    ])('with %s %s, and is tried %s times for five blobs', async (status, code, tries) => {
      const store = stage.worker(SIZES);
      refuse(status, code);
      const keys = [];
      for (let i = 0; i < 5; i++) keys.push(await putBlock(8));
      stage.wire.requests.length = 0;
      for (const key of keys) expect(await engineFor(store, key)).toBe('blocks-from-url');
      expect(countTries()).toBe(tries);
    });

    it('unless the refusal concerns what every engine sends', async () => {
      refuse(400, 'MetadataTooLarge');
      const request = await stage.requestFor(await putBlock(8));
      await expect(stage.worker(SIZES).copy(request)).rejects.toMatchObject({ code: 'storage-rejected' });
      expect(stage.wire.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    });

    it('and a source that was archived meanwhile counts as changed', async () => {
      const key = await putBlock(8);
      const request = await stage.requestFor(key);
      await stage.atSource.getBlobClient(key.path).setAccessTier('Archive');
      for (const engine of ['auto', 'server'] as const) {
        const { kind: outcome } = await stage.worker({ ...SIZES, engine }).copy(request);
        expect(['source-precondition-failed', 'backup-precondition-failed']).toContain(outcome);
      }
    });

    it('but not for good: after a refusal and a success it is used as before', async () => {
      const store = stage.worker(SIZES);
      for (let i = 0; i < 4; i++) {
        refuse(409, 'CannotVerifyCopySource');
        expect(await engineFor(store, await putBlock(8))).toBe('blocks-from-url');
        stage.wire.intercept = () => undefined;
        expect(await engineFor(store, await putBlock(8))).toBe('put-blob-from-url');
      }
    });
  });

  it.each([8, 9])('streams %s bytes whose name makes a copy source longer than 2 KiB', async (size) => {
    const key = parseKey('docs', '東'.repeat(230));
    await stage.atSource.getBlockBlobClient(key.path).upload('x'.repeat(size), size);
    const options = { ...SIZES, streamedBlock: { size: 4, atOnce: 2 } };
    expect(await engineFor(stage.worker(options), key)).toBe('streamed');
    expect(await contentOf(stage.onBackup, key)).toBe('x'.repeat(size));
    expect(stage.wire.requests.some(({ headers }) => headers['x-ms-copy-source'] !== undefined)).toBe(false);
    await stage.onBackup.deleteBlob(key.path);
    const request = await stage.requestFor(key);
    await expect(stage.worker({ ...options, engine: 'server' }).copy(request)).rejects.toMatchObject({
      code: 'copy-not-possible',
      message: expect.stringContaining('2048') as unknown,
    });
  });

  describe.each(ENGINES)('by %s', (_name, options) => {
    it('sends no header for tags where there are none', async () => {
      await engineFor(stage.worker(options), await putBlock(8));
      expect(stage.wire.requests.filter(({ headers }) => 'x-ms-tags' in headers)).toEqual([]);
    });

    it('leaves the tier out on an account without tiers, which it learns and reports once', async () => {
      let told = 0;
      const store = stage.worker(options, 'backup', () => told++);
      stage.wire.intercept = ({ headers }) =>
        'x-ms-access-tier' in headers
          ? { status: 400, headers: { 'x-ms-error-code': 'BlobAccessTierNotSupportedForAccountType' } }
          : undefined;
      for (let i = 0; i < 3; i++) {
        const request = await stage.requestFor(await putBlock(8), { tier: 'Cool' });
        expect(await store.copy(request)).toMatchObject({ kind: 'written' });
      }
      expect(stage.wire.requests.filter(({ headers }) => 'x-ms-access-tier' in headers)).toHaveLength(1);
      expect(told).toBe(1);
    });
  });
});
