import { describe, expect, it } from 'vitest';
import { type HintContext, mirrorHint } from '../../src/intake/mirror-hint.ts';
import { markUnfinished } from '../../src/model/stamp.ts';
import { createMirrorCore } from '../../src/mirror/mirror-core.ts';
import type { Hint } from '../../src/model/hint.ts';
import { createScope } from '../../src/model/scope.ts';
import { walkPrefix } from '../../src/reconcile/walk-prefix.ts';
import { createSilentLogger } from '../support/silent-logger.ts';
import { createMemoryTree, at, type MemoryTree, TREE_POLICY } from '../support/memory-tree.ts';
import { once } from '../support/memory-pair.ts';
import { ofOurs } from '../support/of-ours.ts';

const ACCESS = {
  owner: 'anna',
  group: 'analysts',
  permissions: 'rwxrwx--T',
  acl: 'user::rwx,user:bob:r-x,group::rwx,mask::rwx,other::---,default:user::rwx,default:group::r-x,default:other::---',
};

describe('a directory', () => {
  it('is made with its metadata and access, and then is in step (invariant 8)', async () => {
    const tree = createMemoryTree();
    tree.source.makeDirectory(at('a'), { metadata: { Team: 'x' }, access: ACCESS });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'directory-made', isDirectory: true });
    expect(tree.backup.entry(at('a'))).toMatchObject({ metadata: { Team: 'x' }, access: ACCESS });
    tree.calls.length = 0;
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'in-sync', isDirectory: true });
    expect(tree.calls).toEqual(['backupaccount.read', 'sourceaccount.read']);
  });

  it('follows changes of its metadata and of its access', async () => {
    const tree = createMemoryTree();
    tree.source.makeDirectory(at('a'), { metadata: { version: '1' } });
    await tree.converge(at('a'));
    tree.source.makeDirectory(at('a'), { metadata: { version: '2' } });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'restamped', isDirectory: true });
    tree.source.permit(at('a'), ACCESS);
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'access-set', isDirectory: true });
    expect(tree.backup.entry(at('a'))).toMatchObject({ metadata: { version: '2' }, access: ACCESS });
  });

  it('has files whose access is set where another kind of blob is replaced', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('f'), { content: 'old', kind: 'append', ...ofOurs() });
    tree.source.put(at('f'), { content: 'new' });
    tree.source.permit(at('f'), ACCESS);
    expect(await tree.converge(at('f'))).toMatchObject({ verdict: 'copied' });
    expect(tree.calls.filter((call) => call.endsWith('.place'))).toHaveLength(1);
    expect(tree.backup.entry(at('f'))).toMatchObject({ content: 'new', access: ACCESS });
    expect(tree.calls.filter((call) => call.endsWith('.setAccess'))).toHaveLength(1);
  });

  it('that was deleted is made again before a file of it, though it was seen a moment ago', async () => {
    const tree = createMemoryTree();
    tree.source.makeDirectory(at('a'), { metadata: { version: '1' } });
    tree.source.put(at('a/g'), { content: 'x' });
    for (const path of ['a', 'a/g']) await tree.converge(at(path));
    tree.source.removeTree(at('a'));
    expect(await tree.converge(at('a'))).toMatchObject({ verdict: 'deleted' });
    expect(tree.calls).toContain('backupaccount.moveToTrash');
    tree.source.makeDirectory(at('a'), { metadata: { version: '2' } });
    tree.source.put(at('a/f'), { content: 'x' });
    await tree.converge(at('a/f'));
    expect(tree.backup.entry(at('a'))).toMatchObject({ metadata: { version: '2' } });
  });

  it('keeps the access that the backup gave it where access is not mirrored', async () => {
    const tree = createMemoryTree(() => {}, { ...TREE_POLICY, acl: 'off' });
    tree.source.makeDirectory(at('a'), { access: ACCESS });
    await tree.converge(at('a'));
    expect(tree.backup.entry(at('a'))).toMatchObject({ access: { owner: '$superuser' } });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'in-sync', isDirectory: true });
  });

  it('is made after those above it, each with its own access', async () => {
    const tree = createMemoryTree();
    for (const path of ['a', 'a/b', 'a/b/c']) tree.source.makeDirectory(at(path), { metadata: { path } });
    await tree.converge(at('a/b/c'));
    for (const path of ['a', 'a/b', 'a/b/c'])
      expect(tree.backup.entry(at(path))).toMatchObject({ metadata: { path } });
  });

  it('is made before the first file of a container, with those above it and their access', async () => {
    const tree = createMemoryTree();
    tree.backup.dropContainer(at('a').container);
    for (const path of ['a', 'a/b'])
      tree.source.makeDirectory(at(path), { metadata: { path }, access: ACCESS });
    tree.source.put(at('a/b/f'), { content: 'x' });
    expect(await tree.converge(at('a/b/f'))).toMatchObject({ verdict: 'copied', created: true });
    for (const path of ['a', 'a/b'])
      expect(tree.backup.entry(at(path))).toMatchObject({ metadata: { path }, access: ACCESS });
  });

  it('goes when it is empty and the source has none', async () => {
    const tree = createMemoryTree();
    tree.backup.makeDirectory(at('a'));
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'deleted', wasDirectory: true });
    expect(tree.onBackup()).toEqual({});
    expect(tree.calls).not.toContain('backupaccount.moveToTrash');
  });

  it('goes in one move with all that is below it', async () => {
    const tree = createMemoryTree();
    for (const path of ['a/1', 'a/b/2', 'a/b/3']) tree.backup.put(at(path), { content: path, ...ofOurs() });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'deleted', wasDirectory: true });
    expect(tree.onBackup()).toEqual({});
    expect(tree.calls).toEqual([
      'backupaccount.read',
      'sourceaccount.read',
      'backupaccount.removeEmptyDirectory',
      'backupaccount.listBlobs',
      'backupaccount.moveToTrash',
      'sourceaccount.read',
      'backupaccount.deleteTrashed',
      'backupaccount.emptyTrash',
    ]);
  });

  it('stays where deletes are kept, and where the source has no such container', async () => {
    const keeping = createMemoryTree(() => {}, { ...TREE_POLICY, deletes: 'keep' });
    keeping.backup.put(at('a/1'), { content: 'x' });
    expect(await keeping.converge(at('a'))).toEqual({ verdict: 'skipped', reason: 'deletes-are-kept' });
    const tree = createMemoryTree();
    tree.backup.put(at('a/1'), { content: 'x' });
    tree.source.dropContainer(at('a').container);
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'skipped', reason: 'source-container-missing' });
    expect(tree.onBackup()).toEqual({ 'a/': '', 'a/1': 'x' });
  });

  it('is left where the settings may leave out something below it, and only what is in the scope goes', async () => {
    const { source, backup, onBackup } = createMemoryTree();
    for (const path of ['a/kept.tmp', 'a/gone', 'b/gone'])
      backup.put(at(path), { content: path, ...ofOurs() });
    const scope = createScope('sourceaccount', { patterns: { include: [], exclude: ['*.tmp'] } });
    const sides = { source, backup, policy: TREE_POLICY };
    const core = createMirrorCore(sides, { hierarchical: true, takesAllBelow: scope.takesAllBelow });
    for (const directory of ['a', 'b']) {
      const event = {
        keys: [at(directory)],
        prefixes: [],
        rename: undefined,
        isDeep: true,
        account: undefined,
        eventId: directory,
        eventType: 'Microsoft.Storage.DirectoryDeleted',
        eventTime: new Date(0),
        silentChanges: 'none' as const,
        event: {},
      };
      const walked: HintContext['walk'] = async (prefix, from, look) =>
        await walkPrefix({ ...sides, scope, hierarchical: true }, { prefix, from, converge: look });
      const earlier = { from: undefined, isDeep: false, watch: undefined, held: undefined, root: 'm' };
      await mirrorHint({ scope, ...core, walk: walked }, createSilentLogger(), event, earlier);
    }
    expect(onBackup()).toEqual({ 'a/': '', 'a/kept.tmp': 'a/kept.tmp' });
  });

  it('that comes back while it is on its way to the trash is told to have lost what is below it', async () => {
    const tree = createMemoryTree(
      once('sourceaccount.read', () => tree.source.put(at('a/new'), { content: 'n' }), 2),
    );
    tree.backup.put(at('a/old'), { content: 'o', ...ofOurs() });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'directory-returned', isDirectory: true });
    expect(tree.calls).not.toContain('backupaccount.deleteTrashed');
    expect(tree.onBackup()).toEqual({ 'a/': '' });
  });

  it('that is gone again when it was made is removed (invariant 5)', async () => {
    const tree = createMemoryTree(once('sourceaccount.read', () => tree.source.removeTree(at('a')), 2));
    tree.source.makeDirectory(at('a'));
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'deleted', wasDirectory: true });
    expect(tree.onBackup()).toEqual({});
  });
});

describe('the sticky bit', () => {
  const PLAIN = { ...ACCESS, permissions: 'rwxrwx---' };

  it('goes from a directory and from a file that no longer have it at the source', async () => {
    const tree = createMemoryTree();
    tree.source.makeDirectory(at('a'));
    tree.source.put(at('f'), { content: 'x' });
    for (const access of [ACCESS, PLAIN])
      for (const path of ['a', 'f']) {
        tree.source.permit(at(path), access);
        await tree.converge(at(path));
        expect(tree.backup.entry(at(path))?.access, path).toEqual(access);
      }
  });

  it('goes from a file that is overwritten meanwhile', async () => {
    const tree = createMemoryTree();
    tree.source.put(at('f'), { content: 'x' });
    tree.source.permit(at('f'), ACCESS);
    await tree.converge(at('f'));
    tree.source.put(at('f'), { content: 'y' });
    tree.source.permit(at('f'), PLAIN);
    expect(await tree.converge(at('f'))).toMatchObject({ verdict: 'copied', created: false });
    expect(tree.backup.entry(at('f'))?.access).toEqual(PLAIN);
  });

  it('goes from the root of a container', async () => {
    const tree = createMemoryTree();
    const { container } = at('x');
    for (const access of [ACCESS, PLAIN]) {
      tree.source.permitRoot(container, access);
      await tree.convergeRoot(container);
      expect(await tree.backup.readRootAccess(container)).toEqual(access);
    }
  });
});

describe('a directory that the source lacks', () => {
  const FOREIGN = { verdict: 'skipped', reason: 'backup-foreign-below', isDirectory: true };
  const pending = markUnfinished({ ...ofOurs().metadata, x: '1' }, 'partial', 1);

  it('stays when somebody else wrote something below it, and takes nothing with it (invariant 14)', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a/ours'), { content: 'o', ...ofOurs() });
    tree.backup.put(at('a/b/theirs'), { content: 't' });
    expect(await tree.converge(at('a'))).toEqual(FOREIGN);
    expect(tree.onBackup()).toEqual({ 'a/': '', 'a/ours': 'o', 'a/b/': '', 'a/b/theirs': 't' });
  });

  it('stays, too, for what was mirrored from another source', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a/1'), { content: 'x', ...ofOurs({}, 'thirdaccount') });
    expect(await tree.converge(at('a'))).toEqual(FOREIGN);
  });

  it('goes with copies of ours that were left', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a/1'), { content: 'x', metadata: pending });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'deleted', wasDirectory: true });
  });

  it('goes whole where what is foreign may go', async () => {
    const tree = createMemoryTree(() => {}, { ...TREE_POLICY, foreign: 'delete' });
    tree.backup.put(at('a/theirs'), { content: 't' });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'deleted', wasDirectory: true });
  });

  it('is walked by its event then, so that what is ours goes key by key', async () => {
    const { source, backup, onBackup } = createMemoryTree();
    for (const path of ['a/ours', 'a/b/ours', 'a/c/ours'])
      backup.put(at(path), { content: 'o', ...ofOurs() });
    backup.put(at('a/b/theirs'), { content: 't' });
    await mirrorDeletion({ source, backup }, 'a');
    expect(onBackup()).toEqual({ 'a/': '', 'a/b/': '', 'a/b/theirs': 't' });
  });
});

/** What becomes of the event of a deletion that may or may not be of a directory. */
async function mirrorDeletion(sides: Pick<MemoryTree, 'source' | 'backup'>, path: string): Promise<void> {
  await mirrorEvent(sides, { keys: [at(path)], rename: undefined, isDeep: false });
}

/** Resolves to the keys that it leaves unprotected. */
async function mirrorEvent(
  { source, backup }: Pick<MemoryTree, 'source' | 'backup'>,
  hint: Pick<Hint, 'keys' | 'rename' | 'isDeep'>,
): Promise<readonly string[]> {
  const scope = createScope('sourceaccount');
  const sides = { source, backup, policy: TREE_POLICY };
  const event: Hint = {
    ...hint,
    prefixes: [],
    account: undefined,
    eventId: 'e',
    eventType: 'Microsoft.Storage.BlobDeleted',
    eventTime: new Date(0),
    silentChanges: 'none',
    event: {},
  };
  const walked: HintContext['walk'] = async (prefix, from, look) =>
    await walkPrefix({ ...sides, scope, hierarchical: true }, { prefix, from, converge: look });
  const mirroring = { scope, ...createMirrorCore(sides, { hierarchical: true }), walk: walked };
  const earlier = { from: undefined, isDeep: false, watch: undefined, held: undefined, root: 'm' };
  const left: string[] = [];
  await mirrorHint(mirroring, createSilentLogger(), event, earlier, ({ path, reason, below }) =>
    left.push(`${path}${below === true ? ' and below' : ''}: ${reason}`),
  );
  return left;
}

describe('a rename onto what cannot be had there', () => {
  const renamed = (from: string, to: string) => ({
    keys: [at(to), at(from)],
    rename: { from: at(from), to: at(to) },
    isDeep: true,
  });

  it('of a directory leaves the old one on the backup: it holds the only copy', async () => {
    const tree = createMemoryTree();
    tree.source.put(at('old/x'), { content: 'x' });
    await tree.converge(at('old/x'));
    tree.backup.put(at('new'), { content: 'theirs' });
    tree.source.move(at('old'), at('new'));
    expect(await mirrorEvent(tree, renamed('old', 'new'))).toEqual([
      'new and below: backup-in-the-way',
      'old and below: rename-incomplete',
    ]);
    expect(tree.onBackup()).toEqual({ 'old/': '', 'old/x': 'x', new: 'theirs' });
  });

  it('of a file leaves the old one, too, and names both as not protected', async () => {
    const tree = createMemoryTree();
    tree.source.put(at('old'), { content: 'x' });
    await tree.converge(at('old'));
    tree.backup.put(at('new/theirs'), { content: 'theirs' });
    tree.source.move(at('old'), at('new'));
    expect(await mirrorEvent(tree, renamed('old', 'new'))).toEqual([
      'new and below: backup-in-the-way',
      'old and below: rename-incomplete',
    ]);
    expect(tree.onBackup()).toEqual({ old: 'x', 'new/': '', 'new/theirs': 'theirs' });
  });

  it('leaves it where a file below is blocked, deep in the new place', async () => {
    const tree = createMemoryTree();
    for (const path of ['old/a/x', 'old/b']) tree.source.put(at(path), { content: path });
    for (const path of ['old/a/x', 'old/b']) await tree.converge(at(path));
    tree.backup.put(at('new/a'), { content: 'theirs' });
    tree.source.move(at('old'), at('new'));
    await mirrorEvent(tree, renamed('old', 'new'));
    expect(tree.onBackup()).toMatchObject({ 'old/a/x': 'old/a/x', 'new/a': 'theirs', 'new/b': 'old/b' });
  });
});

describe('a file and a directory of one name', () => {
  it('a directory takes the place of a file', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a'), { content: 'file', ...ofOurs() });
    tree.source.put(at('a/1'), { content: 'x' });
    await tree.converge(at('a/1'));
    expect(tree.onBackup()).toEqual({ 'a/': '', 'a/1': 'x' });
  });

  it('a directory takes no place of a file that somebody else put there', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a'), { content: 'theirs' });
    tree.source.put(at('a/1'), { content: 'x' });
    expect(await tree.converge(at('a/1'))).toEqual({ verdict: 'skipped', reason: 'backup-in-the-way' });
    expect(tree.onBackup()).toEqual({ a: 'theirs' });
  });

  it('a file takes no place of a directory with something foreign in it, and then is not even copied', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a/1'), { content: 'theirs' });
    tree.source.put(at('a'), { content: 'file' });
    expect(await tree.converge(at('a'))).toEqual({ verdict: 'skipped', reason: 'backup-in-the-way' });
    expect(tree.onBackup()).toEqual({ 'a/': '', 'a/1': 'theirs' });
    expect(tree.calls).not.toContain('backupaccount.secure');
  });

  it('a file takes the place of a directory, which goes to the trash first', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a/1'), { content: 'x', ...ofOurs() });
    tree.source.put(at('a'), { content: 'file' });
    expect(await tree.converge(at('a'))).toMatchObject({ verdict: 'copied' });
    expect(tree.onBackup()).toEqual({ a: 'file' });
  });
});

describe('the directories above a file', () => {
  it('are made before it, with their own access and metadata', async () => {
    const tree = createMemoryTree();
    tree.source.makeDirectory(at('a'), { access: ACCESS, metadata: { Team: 'x' } });
    tree.source.put(at('a/1'), { content: 'x' });
    expect(await tree.converge(at('a/1'))).toMatchObject({ verdict: 'copied', created: true });
    expect(tree.backup.entry(at('a'))).toMatchObject({ metadata: { Team: 'x' }, access: ACCESS });
  });

  it('are not read again for each of a thousand files', async () => {
    const tree = createMemoryTree();
    for (let i = 0; i < 1000; i++) tree.source.put(at(`a/b/${i}`), { content: 'x' });
    for (let i = 0; i < 1000; i++) await tree.converge(at(`a/b/${i}`));
    const reads = tree.calls.filter((call) => call.endsWith('.read')).length;
    // Backup, source, and the source after it was made: for each file; those above cost a dozen in all.
    expect(reads).toBeLessThan(3 * 1000 + 20);
  });

  it('appear on the backup when the file that made them at the source is gone again', async () => {
    const tree = createMemoryTree();
    tree.source.put(at('a/b/1'), { content: 'x' });
    tree.source.remove(at('a/b/1'));
    await tree.converge(at('a/b/1'));
    expect(tree.onBackup()).toEqual({ 'a/': '', 'a/b/': '' });
  });

  it('go from the backup when the source lacks them and nothing is in them any more', async () => {
    const tree = createMemoryTree();
    tree.backup.put(at('a/b/c/1'), { content: 'late', ...ofOurs() });
    await tree.converge(at('a/b/c/1'));
    expect(tree.onBackup()).toEqual({});
  });

  it('stay when something else is in them: that has an event of its own', async () => {
    const tree = createMemoryTree();
    for (const path of ['a/b/1', 'a/b/2']) tree.backup.put(at(path), { content: path, ...ofOurs() });
    await tree.converge(at('a/b/1'));
    expect(tree.onBackup()).toEqual({ 'a/': '', 'a/b/': '', 'a/b/2': 'a/b/2' });
  });

  it('are not read again by a deletion whose event is older than what is known of them', async () => {
    const tree = createMemoryTree();
    tree.source.makeDirectory(at('a'));
    const long = new Date(Date.now() - 60_000);
    await tree.converge(at('a/1'), long);
    tree.calls.length = 0;
    await tree.converge(at('a/2'), long);
    expect(tree.calls).toEqual(['backupaccount.read', 'sourceaccount.read']);
    await tree.converge(at('a/3'), new Date(Date.now() + 60_000));
    expect(tree.calls).toHaveLength(6);
  });
});

it('a directory that a failed copy made again is checked, however lately it was read at the source', async () => {
  const { source, backup, converge, onBackup } = createMemoryTree(
    // The copy makes the directory on the backup, too. Then the source is read once more.
    once('sourceaccount.read', () => source.removeTree(at('a')), 4),
  );
  source.makeDirectory(at('a'));
  const long = new Date(Date.now() - 60_000);
  await converge(at('a'), long);
  source.put(at('a/f'), { content: 'x' });
  backup.removeTree(at('a'));
  await converge(at('a/f'), long);
  expect(onBackup()).toEqual({});
});

describe('a write in a tree', () => {
  it('is followed by a reading of the source, since a rename brings ETags back', async () => {
    const tree = createMemoryTree(
      once('backupaccount.delete', async () => {
        // The worker under test read "absent" while the file was elsewhere.
        tree.source.move(at('away'), at('p'));
        await tree.otherWorker.converge(at('p'));
      }),
    );
    tree.source.put(at('p'), { content: 'x' });
    await tree.otherWorker.converge(at('p'));
    tree.source.move(at('p'), at('away'));
    await tree.converge(at('p'));
    expect(tree.onBackup()).toEqual({ p: 'x' });
  });

  it('of access is followed by a reading that compares access, for which there is no condition', async () => {
    const tree = createMemoryTree(
      once(
        'backupaccount.setAccess',
        async () => {
          tree.source.permit(at('p'), { ...ACCESS, owner: 'bob' });
          await tree.otherWorker.converge(at('p'));
        },
        2,
      ),
    );
    tree.source.put(at('p'), { content: 'x' });
    await tree.converge(at('p'));
    tree.source.permit(at('p'), ACCESS);
    await tree.converge(at('p'));
    expect(tree.backup.entry(at('p'))).toMatchObject({ access: { owner: 'bob' } });
  });
});
