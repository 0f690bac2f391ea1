import { describe, expect, it } from 'vitest';
import { type MemoryAccount, createMemoryAccount } from './memory-account.ts';
import { parseEtag } from '../../src/model/etag.ts';
import { type Key, parseContainerName, parseKey } from '../../src/model/key.ts';

const LAKE = parseContainerName('lake');
const at = (path: string): Key => parseKey(LAKE, path);

function createLake(now?: () => Date): MemoryAccount {
  const account = createMemoryAccount('lakeaccount', undefined, undefined, now, 'hierarchical');
  account.addContainer(LAKE);
  return account;
}

const pathsOf = (account: MemoryAccount): readonly string[] =>
  [...(account.containers.get(LAKE)?.blobs.keys() ?? [])].toSorted();

describe('what users do to a hierarchical account in memory', () => {
  it('creates the directories above a file', () => {
    const account = createLake();
    account.put(at('a/b/c'), { content: 'x' });
    expect(pathsOf(account)).toEqual(['a', 'a/b', 'a/b/c']);
    expect(account.peek(at('a/b'))).toBeUndefined();
    expect(account.entry(at('a/b'))).toMatchObject({ isDirectory: true, metadata: {} });
  });

  it('puts no file onto a directory or below a file', () => {
    const account = createLake();
    account.put(at('a/b'), { content: 'x' });
    expect(() => account.put(at('a'), { content: 'x' })).toThrow('no file can be at a');
    expect(() => account.put(at('a/b/c'), { content: 'x' })).toThrow('no file can be at a/b/c');
    expect(() => account.makeDirectory(at('a/b'))).toThrow('no directory can be at a/b');
  });

  it('renames a directory with everything below it, and every ETag stays', () => {
    const account = createLake();
    const file = account.put(at('a/b/c'), { content: 'x' });
    const directory = account.makeDirectory(at('a'), { metadata: { colour: 'red' } });
    expect(account.move(at('a'), at('z'))).toBe(true);
    expect(pathsOf(account)).toEqual(['z', 'z/b', 'z/b/c']);
    expect(account.entry(at('z/b/c'))?.etag).toBe(file);
    expect(account.entry(at('z'))).toMatchObject({ etag: directory, metadata: { colour: 'red' } });
  });

  it('renames a file over a file and a directory over an empty one, and nothing else', () => {
    const account = createLake();
    account.put(at('full/f'), { content: '1' });
    account.put(at('g'), { content: '2' });
    account.makeDirectory(at('empty'));
    for (const [from, to] of [
      ['g', 'full'],
      ['empty', 'full'],
      ['full', 'g'],
      ['full', 'full/x'],
      ['full', 'full'],
      ['g', 'missing/g'],
      ['missing', 'x'],
    ] as const)
      expect(account.move(at(from), at(to)), `${from} to ${to}`).toBe(false);
    expect(account.move(at('full'), at('empty'))).toBe(true);
    expect(account.move(at('g'), at('empty/f'))).toBe(true);
    expect(pathsOf(account)).toEqual(['empty', 'empty/f']);
    expect(account.peek(at('empty/f'))?.content).toBe('2');
  });

  it('keeps what a write did not change: the access of an overwritten file, the content of a directory', () => {
    const account = createLake();
    const access = {
      owner: 'alice',
      group: 'staff',
      permissions: 'rwx------',
      acl: 'user::rwx,group::---,other::---',
    };
    account.put(at('a/f'), { content: '1' });
    account.permit(at('a/f'), access);
    account.put(at('a/f'), { content: '2' });
    account.makeDirectory(at('a'), { metadata: { colour: 'red' } });
    expect(account.peek(at('a/f'))).toMatchObject({ content: '2', access });
  });

  it('removes a file or a directory with its content, and not one in place of the other', () => {
    const account = createLake();
    account.put(at('a/f'), { content: 'x' });
    expect(account.remove(at('a'))).toBe(false);
    expect(account.removeTree(at('a'))).toBe(true);
    expect(account.removeTree(at('a'))).toBe(false);
    expect(pathsOf(account)).toEqual([]);
  });
});

describe('the ports of directories in memory', () => {
  it('empty the trash of what has been there for more than an hour', async () => {
    let time = Date.UTC(2026, 0, 1);
    const account = createLake(() => new Date(time));
    const trash = async (path: string): Promise<Key> => {
      const etag = account.makeDirectory(at(path));
      const answer = await account.moveToTrash(at(path), etag);
      if (answer.kind !== 'trashed') throw new Error(answer.kind);
      return answer.trashed;
    };
    const old = await trash('a');
    time += 3_600_001;
    const young = await trash('b');
    await account.emptyTrash(LAKE);
    expect(account.entry(old)).toBeUndefined();
    expect(account.entry(young)).toBeDefined();
  });

  it('return the time of an answer in whole seconds, as a service does', async () => {
    const account = createLake(() => new Date('2026-01-01T00:00:01.900Z'));
    account.makeDirectory(at('a'));
    expect(await account.read(at('a'))).toMatchObject({ readAt: new Date('2026-01-01T00:00:01Z') });
  });

  it('are refused by a flat account, whatever the request', async () => {
    const account = createMemoryAccount('flataccount');
    account.addContainer(LAKE);
    const etag = parseEtag('0x1');
    const refused = [
      account.createDirectory({ key: at('a'), metadata: {}, access: undefined }),
      account.rename({ from: at('a'), to: at('b'), ifMatch: etag, condition: { nothingThere: true } }),
      account.removeEmptyDirectory(at('a'), etag),
      account.moveToTrash(at('a'), etag),
      account.deleteTrashed(at('a')),
      account.emptyTrash(LAKE),
      account.readRootAccess(LAKE),
    ];
    for (const call of refused) await expect(call).rejects.toMatchObject({ code: 'storage-rejected' });
  });
});
