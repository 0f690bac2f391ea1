import { expect, it } from 'vitest';
import { parseContainerName } from '../../src/model/key.ts';
import { KEY } from '../support/keys.ts';
import { createMemoryPair, once } from '../support/memory-pair.ts';
import { at, createMemoryTree } from '../support/memory-tree.ts';

it('a container that the backup lacks is made before its first blob, with its metadata', async () => {
  const { source, backup, converge } = createMemoryPair();
  const made = { ...KEY, container: parseContainerName('made') };
  source.addContainer(made.container, { Team: 'x' });
  source.put(made, { content: 'x' });
  expect(await converge(made)).toMatchObject({ verdict: 'copied' });
  expect(await backup.readContainer(made.container)).toEqual({ Team: 'x' });
});

it('and before its first directory', async () => {
  const { source, backup, converge, onBackup } = createMemoryTree();
  backup.dropContainer(at('x').container);
  source.makeDirectory(at('a/b'));
  expect(await converge(at('a/b'))).toMatchObject({ verdict: 'directory-made' });
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
