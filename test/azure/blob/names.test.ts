import { BlobClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SOURCE } from '@blobmirror/local/connections';
import { converge } from '../../../src/mirror/converge.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { startStoragePair, type StoragePair } from '../../support/storage-pair.ts';

const CREDENTIAL = new StorageSharedKeyCredential(SOURCE.name, SOURCE.key);

describe('a blob whose name is', () => {
  let pair: StoragePair;
  let endpoint: string;
  beforeAll(async () => {
    pair = await startStoragePair();
    endpoint = /BlobEndpoint=([^;]+)/.exec(pair.connectionStrings.source)?.[1] ?? '';
    for (const side of ['source', 'backup'] as const) await pair.addContainer(side, 'photos');
  });
  afterAll(async () => {
    await pair.stop();
  });

  const mirror = async (key: Key) =>
    await converge({ source: pair.source, backup: pair.backup, policy: POLICY }, key);

  /** Written with every character encoded, so that the code under test does not also do the writing. */
  async function write(path: string): Promise<void> {
    const blob = new BlobClient(`${endpoint}/photos/${encodeURIComponent(path)}`, CREDENTIAL);
    await blob.getBlockBlobClient().upload(path, Buffer.byteLength(path));
  }

  async function listedOnBackup(key: Key): Promise<boolean> {
    for await (const page of pair.backup.listBlobs(key.container)) {
      if (page.entries.some(({ path }) => path === key.path)) return true;
    }
    return false;
  }

  it.each([
    'with space',
    'per%cent',
    'looks%2Fencoded',
    'plus+sign',
    'hash#tag',
    'question?mark',
    'and&equals=',
    'semi;colon',
    'double//slash',
    '/leading',
    'trailing/',
    'dot.',
    '..hidden',
    'https://example.com/a?b=c',
    'composed-\u00fc',
    'decomposed-u\u0308',
    'emoji-😀',
    '日本語/ファイル',
    'quote\'"`',
    'x'.repeat(1024),
    'a/../b',
    'a/./b',
    './a',
    'a/..',
  ])('%j is mirrored under that very name, and deleted', async (path) => {
    const key = parseKey('photos', path);
    await write(path);
    expect(await mirror(key)).toMatchObject({ verdict: 'copied' });
    expect(await listedOnBackup(key)).toBe(true);
    expect(await mirror(key)).toEqual({ verdict: 'in-sync' });
    await new BlobClient(`${endpoint}/photos/${encodeURIComponent(path)}`, CREDENTIAL).delete();
    expect(await mirror(key)).toEqual({ verdict: 'deleted' });
    expect(await listedOnBackup(key)).toBe(false);
  });

  it.each(['.', '..'])('%j, which no URL can name, is refused with a clear error', async (path) => {
    await expect(mirror(parseKey('photos', path))).rejects.toMatchObject({
      code: 'name-not-addressable',
      disposition: 'park',
    });
  });

  it('with `..` segments is never taken for the blob that they resolve to', async () => {
    await write('target');
    await mirror(parseKey('photos', 'target'));
    expect(await mirror(parseKey('photos', 'a/../target'))).toEqual({ verdict: 'in-sync' });
    expect(await pair.source.read(parseKey('photos', 'a/../target'))).toMatchObject({ present: false });
  });
});
