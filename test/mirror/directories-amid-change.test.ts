import { describe, expect, it } from 'vitest';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import type { Access } from '../../src/model/access.ts';
import type { MemoryAccount } from '../memory/memory-account.ts';
import { type Before, once } from '../support/memory-pair.ts';
import { at, createMemoryTree, TREE_POLICY } from '../support/memory-tree.ts';
import { ofOurs } from '../support/of-ours.ts';

const ACCESS: Access = {
  owner: 'anna',
  group: 'analysts',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,group::r-x,other::---',
};
const REFUSED = { access: 'not-permitted' } as const;

/** A mirror core that may not set owner, group and list on the backup. */
function withoutRight(source: MemoryAccount, backup: MemoryAccount) {
  const store = {
    ...backup,
    setAccess: async () => await Promise.resolve({ kind: 'written' as const, ...REFUSED }),
    createDirectory: async (request: Parameters<MemoryAccount['createDirectory']>[0]) => {
      const made = await backup.createDirectory({ ...request, access: undefined });
      return made.kind === 'written' ? { ...made, ...REFUSED } : made;
    },
  };
  return createMirrorCore({ source, backup: store, policy: TREE_POLICY }, { hierarchical: true });
}

describe('without the right to set access', () => {
  it('a directory is made and told to lack it', async () => {
    const { source, backup } = createMemoryTree();
    source.makeDirectory(at('a'), { access: ACCESS });
    const core = withoutRight(source, backup);
    expect(await core.converge(at('a'))).toEqual({
      verdict: 'directory-made',
      isDirectory: true,
      ...REFUSED,
    });
    const later = await core.converge(at('a'));
    expect(later).toEqual({ verdict: 'skipped', reason: 'access-not-permitted', isDirectory: true });
  });

  it('files below a directory whose access differs are mirrored, new and old', async () => {
    const { source, backup, otherWorker, onBackup } = createMemoryTree();
    source.put(at('a/1'), { content: 'one' });
    await otherWorker.converge(at('a/1'));
    source.permit(at('a'), ACCESS);
    source.put(at('a/2'), { content: 'two' });
    source.put(at('a/1'), { content: 'changed' });
    const core = withoutRight(source, backup);
    for (const path of ['a/1', 'a/2'])
      expect(await core.converge(at(path))).toMatchObject({ verdict: 'copied' });
    expect(onBackup()).toEqual({ 'a/': '', 'a/1': 'changed', 'a/2': 'two' });
  });
});

describe('a directory that was converged a moment ago', () => {
  it('is not relied on after a copy into it failed: it may be why', async () => {
    let meanwhile: Before = () => {};
    const tree = createMemoryTree(async (call) => await meanwhile(call));
    const { source, backup } = tree;
    source.makeDirectory(at('a'), { metadata: { Team: 'x' } });
    source.put(at('a/0'), { content: 'zero' });
    await tree.converge(at('a/0'));
    source.put(at('a/1'), { content: 'one' });
    // Another worker mirrors the file first, and then the directory goes from the backup.
    const appears = once('backupaccount.copy', () =>
      backup.put(at('a/1'), { content: 'other', ...ofOurs() }),
    );
    const goes = once('backupaccount.read', () => backup.removeTree(at('a')), 2);
    meanwhile = async (call) => {
      await appears(call);
      await goes(call);
    };
    expect(await tree.converge(at('a/1'))).toMatchObject({ verdict: 'copied', created: true });
    expect(backup.entry(at('a'))).toMatchObject({ metadata: { Team: 'x' } });
  });

  it('is made anew, with its metadata, after it was renamed', async () => {
    const tree = createMemoryTree();
    const { source, backup } = tree;
    source.makeDirectory(at('a'), { metadata: { Team: 'x' } });
    source.put(at('a/1'), { content: 'one' });
    await tree.converge(at('a/1'));
    source.move(at('a'), at('z'));
    expect(await tree.followRename({ from: at('a'), to: at('z') })).toBe('renamed');
    source.makeDirectory(at('a'), { metadata: { Team: 'y' } });
    source.put(at('a/2'), { content: 'two' });
    await tree.converge(at('a/2'));
    expect(backup.entry(at('a'))).toMatchObject({ metadata: { Team: 'y' } });
  });
});

describe('a file that takes the place of a directory', () => {
  it('leaves it when somebody else writes below it while the file is staged (invariant 14)', async () => {
    const tree = createMemoryTree(
      once('backupaccount.removeEmptyDirectory', () =>
        tree.backup.put(at('a/theirs'), { content: 'theirs' }),
      ),
    );
    tree.backup.put(at('a/1'), { content: 'x', ...ofOurs() });
    tree.source.put(at('a'), { content: 'file' });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'skipped', reason: 'backup-in-the-way' });
    expect(tree.onBackup()).toMatchObject({ 'a/theirs': 'theirs' });
  });
});
