import { describe, expect, it } from 'vitest';
import { decideRename } from '../../src/mirror/follow-rename.ts';
import { parseEtag } from '../../src/model/etag.ts';
import type { BlobPresent, DirectoryPresent, Reading } from '../../src/model/reading.ts';
import { at, createMemoryTree } from '../support/memory-tree.ts';
import { once } from '../support/memory-pair.ts';

const SIDES = { source: 'sourceaccount', backup: 'backupaccount' };
const ABSENT: Reading = { present: false, container: 'exists' };
const NO_CONTAINER: Reading = { present: false, container: 'missing' };

const directory: DirectoryPresent = {
  present: true,
  kind: 'directory',
  etag: parseEtag('0xD'),
  lastModified: new Date(0),
  metadata: {},
  readAt: new Date(0),
};
const file = (etag: string, stamped?: string, account = 'sourceaccount'): BlobPresent => ({
  present: true,
  etag: parseEtag(etag),
  lastModified: new Date(0),
  size: 1,
  kind: 'block',
  contentMd5: undefined,
  headers: {},
  metadata: {},
  stamp: stamped === undefined ? undefined : { account, etag: parseEtag(stamped), lastModified: new Date(0) },
  archived: false,
});

interface Case {
  readonly when: string;
  readonly source: readonly [from: Reading, to: Reading];
  readonly backup: readonly [from: Reading, to: Reading];
  readonly condition: ReturnType<typeof decideRename>;
}

const moved = [ABSENT, file('0x1')] as const;
const movedTree = [ABSENT, directory] as const;
const nothingThere = { nothingThere: true } as const;

const CASES: readonly Case[] = [
  {
    when: 'a file went to a free name',
    source: moved,
    backup: [file('0xB', '0x1'), ABSENT],
    condition: nothingThere,
  },
  {
    when: 'a file went over another',
    source: moved,
    backup: [file('0xB', '0x1'), file('0xC', '0x0')],
    condition: { ifMatch: parseEtag('0xC') },
  },
  {
    when: 'the backup has an older version of it',
    source: moved,
    backup: [file('0xB', '0x0'), ABSENT],
    condition: undefined,
  },
  {
    when: 'the backup’s has the stamp of another source',
    source: moved,
    backup: [file('0xB', '0x1', 'third'), ABSENT],
    condition: undefined,
  },
  { when: 'the backup’s bears no stamp', source: moved, backup: [file('0xB'), ABSENT], condition: undefined },
  {
    when: 'the new name is in step already',
    source: moved,
    backup: [file('0xB', '0x1'), file('0xC', '0x1')],
    condition: undefined,
  },
  {
    when: 'the new name is another source’s',
    source: moved,
    backup: [file('0xB', '0x1'), file('0xC', '0x5', 'third')],
    condition: undefined,
  },
  {
    when: 'a directory is in the way of a file',
    source: moved,
    backup: [file('0xB', '0x1'), directory],
    condition: undefined,
  },
  {
    when: 'the old name is there again',
    source: [file('0x2'), file('0x1')],
    backup: [file('0xB', '0x1'), ABSENT],
    condition: undefined,
  },
  {
    when: 'the new name is gone',
    source: [ABSENT, ABSENT],
    backup: [file('0xB', '0x1'), ABSENT],
    condition: undefined,
  },
  {
    when: 'the source’s container of the old name is gone',
    source: [NO_CONTAINER, file('0x1')],
    backup: [file('0xB', '0x1'), ABSENT],
    condition: undefined,
  },
  {
    when: 'the backup lacks the container of the new name',
    source: moved,
    backup: [file('0xB', '0x1'), NO_CONTAINER],
    condition: undefined,
  },
  {
    when: 'a directory went to a free name',
    source: movedTree,
    backup: [directory, ABSENT],
    condition: nothingThere,
  },
  {
    when: 'something is at the new name of a directory',
    source: movedTree,
    backup: [directory, directory],
    condition: undefined,
  },
  {
    when: 'the backup has a file where the directory was',
    source: movedTree,
    backup: [file('0xB', '0x1'), ABSENT],
    condition: undefined,
  },
  {
    when: 'the old directory is there again',
    source: [directory, directory],
    backup: [directory, ABSENT],
    condition: undefined,
  },
];

describe('whether a rename is done on the backup', () => {
  it.each(CASES)('when $when', ({ source, backup, condition }) => {
    const readings = {
      source: { from: source[0], to: source[1] },
      backup: { from: backup[0], to: backup[1] },
    };
    expect(decideRename(SIDES, readings)).toEqual(condition);
  });
});

describe('following a rename', () => {
  it('moves a tree in one request, whatever its size, and stamps stay true', async () => {
    const tree = createMemoryTree();
    for (let i = 0; i < 100; i++) tree.source.put(at(`a/b/${i}`), { content: `${i}` });
    for (let i = 0; i < 100; i++) await tree.converge(at(`a/b/${i}`));
    tree.source.move(at('a'), at('z'));
    tree.calls.length = 0;
    expect(await tree.followRename({ from: at('a'), to: at('z') })).toBe('renamed');
    expect(tree.calls).toEqual([
      'backupaccount.read',
      'backupaccount.read',
      'sourceaccount.read',
      'sourceaccount.read',
      'backupaccount.rename',
    ]);
    for (let i = 0; i < 100; i++) expect(await tree.converge(at(`z/b/${i}`))).toEqual({ verdict: 'in-sync' });
    expect(tree.onBackup()['a/']).toBeUndefined();
  });

  it('makes the directory that it goes into first', async () => {
    const tree = createMemoryTree();
    tree.source.put(at('a'), { content: 'x' });
    await tree.converge(at('a'));
    tree.source.makeDirectory(at('deep/er'), { metadata: { Team: 'x' } });
    tree.source.move(at('a'), at('deep/er/b'));
    expect(await tree.followRename({ from: at('a'), to: at('deep/er/b') })).toBe('renamed');
    expect(tree.onBackup()).toEqual({ 'deep/': '', 'deep/er/': '', 'deep/er/b': 'x' });
    expect(tree.backup.entry(at('deep/er'))).toMatchObject({ metadata: { Team: 'x' } });
  });

  it('costs two readings where the backup has nothing to rename', async () => {
    const tree = createMemoryTree();
    expect(await tree.followRename({ from: at('a'), to: at('b') })).toBe('not renamed');
    expect(tree.calls).toEqual(['backupaccount.read', 'backupaccount.read']);
  });

  it('does nothing when the backup moved in between (invariant 3)', async () => {
    const tree = createMemoryTree(
      once('backupaccount.rename', () => tree.backup.put(at('a'), { content: 'newer' })),
    );
    tree.source.put(at('a'), { content: 'x' });
    await tree.converge(at('a'));
    tree.source.move(at('a'), at('b'));
    expect(await tree.followRename({ from: at('a'), to: at('b') })).toBe('not renamed');
    expect(tree.onBackup()).toEqual({ a: 'newer' });
  });
});

it('what was known of the new name is forgotten with a rename onto it', async () => {
  const tree = createMemoryTree();
  for (const path of ['p', 'q', 'q/sub']) tree.source.makeDirectory(at(path), { metadata: { path } });
  for (const path of ['p', 'q', 'q/sub']) await tree.converge(at(path));
  tree.source.removeTree(at('q'));
  await tree.otherWorker.converge(at('q'));
  tree.source.move(at('p'), at('q'));
  expect(await tree.followRename({ from: at('p'), to: at('q') })).toBe('renamed');
  tree.source.makeDirectory(at('q/sub'), { metadata: { version: '2' } });
  tree.source.put(at('q/sub/f'), { content: 'x' });
  await tree.converge(at('q/sub/f'));
  expect(tree.backup.entry(at('q/sub'))).toMatchObject({ metadata: { version: '2' } });
});
