import { describe, expect, it } from 'vitest';
import { converge } from '../../src/mirror/converge.ts';
import type { Access } from '../../src/model/access.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { NEW_ACCESS } from '../memory/memory-entry.ts';
import { KEY } from '../support/keys.ts';
import { createMemoryPair, once } from '../support/memory-pair.ts';
import { TREE_POLICY, at, createMemoryTree } from '../support/memory-tree.ts';

const LAKE = at('x').container;
const TEAM: Access = {
  owner: 'anna',
  group: 'staff',
  permissions: 'rwxr-x--x',
  acl: 'user::rwx,user:bob:r-x,group::r-x,mask::r-x,other::--x,default:user::rwx,default:group::r-x,default:other::---',
};
const OTHERS: Access = { ...TEAM, owner: 'carl' };

describe('the root directory of a container', () => {
  it('gets the access that it has at the source, and is read once more', async () => {
    const tree = createMemoryTree();
    tree.source.permitRoot(LAKE, TEAM);
    expect(await tree.convergeRoot(LAKE)).toEqual({ verdict: 'access-set', isDirectory: true });
    expect(tree.backup.containers.get(LAKE)).toMatchObject({ rootAccess: TEAM });
    expect(tree.calls).toEqual([
      'backupaccount.readRootAccess',
      'sourceaccount.readRootAccess',
      'backupaccount.setRootAccess',
      'sourceaccount.readRootAccess',
    ]);
  });

  it('takes two requests when it is in step', async () => {
    const tree = createMemoryTree();
    expect(await tree.convergeRoot(LAKE)).toEqual({ verdict: 'in-sync', isDirectory: true });
    expect(tree.calls).toHaveLength(2);
  });

  it('gets the last access when that changes while it is set', async () => {
    const tree = createMemoryTree(
      once('backupaccount.setRootAccess', () => tree.source.permitRoot(LAKE, OTHERS)),
    );
    tree.source.permitRoot(LAKE, TEAM);
    await tree.convergeRoot(LAKE);
    expect(tree.backup.containers.get(LAKE)).toMatchObject({ rootAccess: OTHERS });
  });

  it('that keeps changing is left to a later run, with an error', async () => {
    let n = 0;
    const tree = createMemoryTree((call) => {
      if (call === 'backupaccount.setRootAccess')
        tree.source.permitRoot(LAKE, { ...TEAM, owner: `user ${n++}` });
    });
    tree.source.permitRoot(LAKE, TEAM);
    await expect(tree.convergeRoot(LAKE)).rejects.toMatchObject({ code: 'race-lost' });
  });

  it('is not there where one of the containers is not', async () => {
    const tree = createMemoryTree();
    tree.backup.dropContainer(LAKE);
    expect(await tree.convergeRoot(LAKE)).toBeUndefined();
    tree.backup.addContainer(LAKE);
    tree.source.dropContainer(LAKE);
    expect(await tree.convergeRoot(LAKE)).toBeUndefined();
  });
});

describe('a container that is made on the backup', () => {
  it('has a root with the access that it has at the source', async () => {
    const tree = createMemoryTree();
    tree.backup.dropContainer(LAKE);
    tree.source.permitRoot(LAKE, TEAM);
    tree.source.put(at('a/f'), { content: 'x' });
    await tree.converge(at('a/f'));
    expect(tree.backup.containers.get(LAKE)).toMatchObject({ rootAccess: TEAM });
  });

  it('has the one that the service gives it where access is not mirrored', async () => {
    const tree = createMemoryTree(undefined, { ...TREE_POLICY, acl: 'off' });
    tree.backup.dropContainer(LAKE);
    tree.source.permitRoot(LAKE, TEAM);
    tree.source.put(at('f'), { content: 'x' });
    await tree.converge(at('f'));
    expect(tree.backup.containers.get(LAKE)).toMatchObject({ rootAccess: NEW_ACCESS.directory });
  });

  it('is made all the same where the access of the source may not be read', async () => {
    const tree = createMemoryTree((call) => {
      if (call === 'sourceaccount.readRootAccess') throw new BlobmirrorError('storage-forbidden', 'no');
    });
    tree.backup.dropContainer(LAKE);
    tree.source.put(at('f'), { content: 'x' });
    expect(await tree.converge(at('f'))).toMatchObject({ verdict: 'copied' });
  });

  it('asks for no root on a flat account', async () => {
    const { source, backup, calls } = createMemoryPair();
    backup.dropContainer(KEY.container);
    source.put(KEY, { content: 'x' });
    await converge({ source, backup, policy: TREE_POLICY }, KEY);
    expect(calls.filter((call) => call.includes('Root'))).toEqual([]);
  });
});

it('a container that the backup lacks is made before its first blob, with its metadata', async () => {
  const { source, backup, converge: convergeHere } = createMemoryPair();
  const made = { ...KEY, container: parseContainerName('made') };
  source.addContainer(made.container, { Team: 'x' });
  source.put(made, { content: 'x' });
  expect(await convergeHere(made)).toMatchObject({ verdict: 'copied' });
  expect(await backup.readContainer(made.container)).toEqual({ Team: 'x' });
});

it('and before its first directory', async () => {
  const { source, backup, converge: convergeHere, onBackup } = createMemoryTree();
  backup.dropContainer(at('x').container);
  source.makeDirectory(at('a/b'));
  expect(await convergeHere(at('a/b'))).toMatchObject({ verdict: 'directory-made' });
  expect(onBackup()).toEqual({ 'a/': '', 'a/b/': '' });
});

it('none is made when that of the source has just gone', async () => {
  const pair = createMemoryPair(
    once('sourceaccount.readContainer', () => pair.source.dropContainer(KEY.container)),
  );
  pair.source.put(KEY, { content: 'x' });
  pair.backup.dropContainer(KEY.container);
  expect(await pair.converge()).toEqual({ verdict: 'in-sync' });
  expect(pair.backup.containers.has(KEY.container)).toBe(false);
});
