import { describe, expect, it } from 'vitest';
import type { CopyOptions } from '../../../src/azure/copy/copy-options.js';
import type { Key } from '../../../src/model/key.js';
import type { BackupStore } from '../../../src/ports/backup-store.js';
import type { CopyStage } from '../support/copy-stage.js';
import { onCopyStage } from '../support/on-copy-stage.js';
import type { WireRequest } from '../support/start-wire.js';

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
    const { outcome, engine } = await store.copy(await stage.requestFor(key));
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

  /** Answers as a service that was made before the operations were. */
  const lack = (...lacks: ((request: WireRequest) => boolean)[]): void => {
    stage.wire.intercept = (request) =>
      request.headers['x-ms-copy-source'] !== undefined && lacks.some((is) => is(request))
        ? { status: 501, headers: { 'x-ms-error-code': 'APINotImplemented' } }
        : undefined;
  };
  const isPutBlob = ({ headers }: WireRequest): boolean => headers['x-ms-blob-type'] === 'BlockBlob';
  const isPutBlock = ({ url }: WireRequest): boolean => url.includes('comp=block&');

  it('is the next one where the service lacks an operation, and stays so', async () => {
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

  it('never streams when it is set to server', async () => {
    lack(() => true);
    const request = await stage.requestFor(await putBlock(8));
    await expect(stage.worker({ engine: 'server' }).copy(request)).rejects.toMatchObject({
      code: 'copy-not-possible',
      disposition: 'park',
    });
  });
});
