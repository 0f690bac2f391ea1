import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Access } from '../../../src/model/access.ts';
import { type Key, parseKey } from '../../../src/model/key.ts';
import type { Reading } from '../../../src/model/reading.ts';
import { type LakePair, startLakePair } from '../../support/lake-pair.ts';

const ACCESS: Access = {
  owner: 'alice',
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,group::r-x,other::---',
};
const NOTHING_THERE = { nothingThere: true } as const;

describe('requests to a hierarchical backup, as storage counts them', () => {
  let pair: LakePair;
  let key: Key;
  let keys = 0;
  beforeAll(async () => {
    pair = await startLakePair();
    await pair.addContainer('backup', 'lake');
  });
  beforeEach(async () => {
    key = parseKey('lake', `directory-${++keys}`);
    await pair.makeDirectory('backup', key);
  });
  afterAll(async () => {
    await pair.stop();
  });

  /** Without the initial reads. */
  async function count(act: () => Promise<unknown>): Promise<string[]> {
    pair.requests.length = 0;
    await act();
    return pair.requests.map((request) => request.replace('backupaccount ', ''));
  }

  async function there(at: Key = key): Promise<Extract<Reading, { present: true }>> {
    const reading = await pair.backup.read(at);
    if (!reading.present) throw new Error(`${at.path} is not there`);
    return reading;
  }

  const below = (rest: string): Key => parseKey('lake', `${key.path}/${rest}`);

  it('are one for a read, whatever is there', async () => {
    expect(await count(() => pair.backup.read(key))).toEqual(['Blob_GetProperties']);
    expect(await count(() => pair.backup.read(below('none')))).toEqual(['Blob_GetProperties']);
  });

  it('are one for a directory with metadata and access, however deep', async () => {
    const request = { key: below('a/b/c'), metadata: { Aa: 'b' }, access: ACCESS };
    expect(await count(() => pair.backup.createDirectory(request))).toEqual(['Path_CreateDirectory']);
  });

  it('are two for a directory with metadata that is not ASCII', async () => {
    const metadata = { Name: 'Gr\u00fc\u00dfe' };
    const request = { key: below('d'), metadata, access: undefined };
    expect(await count(() => pair.backup.createDirectory(request))).toEqual([
      'Path_CreateDirectory',
      'Blob_SetMetadata',
    ]);
    expect(await there(below('d'))).toMatchObject({ metadata });
  });

  it('are one for an access', async () => {
    expect(await count(() => pair.backup.setAccess(key, ACCESS))).toEqual(['Path_SetAccessControl']);
  });

  it('are one for the metadata of a directory', async () => {
    const { etag } = await there();
    const request = { key, headers: undefined, contentMd5: undefined, metadata: { a: 'b' }, ifMatch: etag };
    expect(await count(() => pair.backup.restamp(request))).toEqual(['Blob_SetMetadata']);
  });

  it('are one for a rename, however much is below', async () => {
    for (let i = 0; i < 20; i++) await pair.put('backup', below(`a/${i}`), { content: 'x' });
    const { etag } = await there();
    const to = parseKey('lake', `${key.path} elsewhere`);
    const request = { from: key, to, ifMatch: etag, condition: NOTHING_THERE };
    expect(await count(() => pair.backup.rename(request))).toEqual(['Path_Rename']);
    expect(await pair.content('backup', parseKey('lake', `${to.path}/a/19`))).toBe('x');
  });

  it('are one for the removal of an empty directory', async () => {
    const { etag } = await there();
    expect(await count(() => pair.backup.removeEmptyDirectory(key, etag))).toEqual(['Path_Delete']);
  });

  it('are two to trash and delete a tree, and two more the first time in a container', async () => {
    const trash = async (at: Key) => {
      for (let i = 0; i < 20; i++)
        await pair.put('backup', parseKey(at.container, `${at.path}/a/${i}`), { content: 'x' });
      const { etag } = await there(at);
      return await count(async () => {
        const outcome = await pair.backup.moveToTrash(at, etag);
        if (outcome.kind === 'trashed') await pair.backup.deleteTrashed(outcome.trashed);
      });
    };
    expect(await trash(parseKey('fresh', 'd'))).toEqual([
      'Path_Rename',
      'Path_CreateDirectory',
      'Path_Rename',
      'Path_Delete',
    ]);
    expect(await trash(parseKey('fresh', 'd'))).toEqual(['Path_Rename', 'Path_Delete']);
  });

  it('are one for each page of a listing', async () => {
    const { container } = key;
    const list = async (): Promise<void> => {
      for await (const page of pair.backup.listBlobs(container))
        expect(page.entries.length).toBeGreaterThan(0);
    };
    expect(await count(list)).toEqual(['Container_ListBlobFlatSegment']);
  });
});
