import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { converge } from '../../../src/mirror/converge.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import { POLICY } from '../../support/memory-pair.ts';
import { startStoragePair, type StoragePair } from '../../support/storage-pair.ts';

const HEAD_BACKUP = 'backupaccount Blob_GetProperties';
const HEAD_SOURCE = 'sourceaccount Blob_GetProperties';
const COPY = 'backupaccount BlockBlob_PutBlobFromUrl';

describe('requests to storage, as storage counts them', () => {
  let pair: StoragePair;
  let key: Key;
  let keys = 0;
  beforeAll(async () => {
    pair = await startStoragePair();
    for (const side of ['source', 'backup'] as const) await pair.addContainer(side, 'photos');
  });
  beforeEach(async () => {
    key = parseKey('photos', `blob-${++keys}`);
    await pair.put('source', key, { content: 'v1' });
  });
  afterAll(async () => {
    await pair.stop();
  });

  async function count(): Promise<string[]> {
    pair.requests.length = 0;
    await converge({ source: pair.source, backup: pair.backup, policy: POLICY }, key);
    return [...pair.requests];
  }

  it('are four for a new blob', async () => {
    expect(await count()).toEqual([HEAD_BACKUP, HEAD_SOURCE, COPY, HEAD_SOURCE]);
  });

  it('are two for a blob in sync', async () => {
    await count();
    expect(await count()).toEqual([HEAD_BACKUP, HEAD_SOURCE]);
  });

  it('are three for an overwritten blob', async () => {
    await count();
    await pair.put('source', key, { content: 'v2' });
    expect(await count()).toEqual([HEAD_BACKUP, HEAD_SOURCE, COPY]);
    expect(await pair.content('backup', key)).toBe('v2');
  });

  it('are three for a deleted blob', async () => {
    await count();
    await pair.remove('source', key);
    expect(await count()).toEqual([HEAD_BACKUP, HEAD_SOURCE, 'backupaccount Blob_Delete']);
    expect(await pair.content('backup', key)).toBeUndefined();
  });

  it('are three when only metadata or headers changed: a copy, since an equal declared MD5 proves nothing', async () => {
    await count();
    await pair.put('source', key, { content: 'v1', metadata: { colour: 'red' } });
    expect(await count()).toEqual([HEAD_BACKUP, HEAD_SOURCE, COPY]);
    await pair.put('source', key, { content: 'v1', headers: { contentType: 'text/x' } });
    expect(await count()).toEqual([HEAD_BACKUP, HEAD_SOURCE, COPY]);
  });

  it('are two more for the first blob of a container', async () => {
    key = parseKey('new-container', 'x');
    await pair.put('source', key, { content: 'v1' });
    expect(await count()).toEqual([
      HEAD_BACKUP,
      HEAD_SOURCE,
      'sourceaccount Container_GetProperties',
      'backupaccount Container_Create',
      COPY,
      HEAD_SOURCE,
    ]);
  });
});
