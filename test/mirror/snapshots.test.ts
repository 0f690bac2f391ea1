import { expect, it } from 'vitest';
import { KEY } from '../support/keys.ts';
import { createMemoryPair } from '../support/memory-pair.ts';
import { at, createMemoryTree } from '../support/memory-tree.ts';

it('a backup blob whose source was deleted stays while a user has snapshots of it, and goes once they are gone', async () => {
  const { source, backup, converge } = createMemoryPair();
  source.put(KEY, { content: 'x' });
  await converge();
  backup.snapshot(KEY);
  source.remove(KEY);
  expect(await converge()).toEqual({ verdict: 'skipped', reason: 'backup-has-snapshots' });
  expect(backup.peek(KEY)).toMatchObject({ content: 'x', snapshots: 1 });
  backup.removeSnapshots(KEY);
  expect(await converge()).toEqual({ verdict: 'deleted' });
});

it('snapshots of a backup blob stay when it is overwritten, and keep nothing from it', async () => {
  const { source, backup, converge } = createMemoryPair();
  source.put(KEY, { content: 'one' });
  await converge();
  backup.snapshot(KEY);
  source.put(KEY, { content: 'two' });
  expect(await converge()).toMatchObject({ verdict: 'copied' });
  expect(backup.peek(KEY)).toMatchObject({ content: 'two', snapshots: 1 });
});

it('a directory that the source lacks stays with what has snapshots below it, and the rest goes key by key', async () => {
  const tree = createMemoryTree();
  for (const path of ['a/f', 'a/g']) {
    tree.source.put(at(path), { content: 'x' });
    await tree.converge(at(path));
  }
  tree.backup.snapshot(at('a/f'));
  tree.source.removeTree(at('a'));
  const kept = { verdict: 'skipped', reason: 'backup-has-snapshots' };
  expect(await tree.converge(at('a'))).toEqual({ ...kept, isDirectory: true });
  expect(await tree.converge(at('a/g'))).toEqual({ verdict: 'deleted' });
  expect(await tree.converge(at('a/f'))).toEqual(kept);
  expect(tree.onBackup()).toEqual({ 'a/': '', 'a/f': 'x' });
  tree.backup.removeSnapshots(at('a/f'));
  expect(await tree.converge(at('a'))).toMatchObject({ verdict: 'deleted', wasDirectory: true });
  expect(tree.onBackup()).toEqual({});
});
