import type { DataLakeFileSystemClient } from '@azure/storage-file-datalake';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectEqualLakes } from './support/expect-equal-lakes.ts';
import { describeWrites, expectCheapMoves } from './support/expect-cheap-moves.ts';
import { type MirroredLakes, startMirroredLakes } from './support/start-mirrored-lakes.ts';
import { budget } from '../support/budgets.ts';
import { encodePath, writeFile, writeFiles } from './support/write-files.ts';

test('a tree of hundreds of files is renamed by one request and deleted by as many as one directory takes', async () => {
  // Rechecks are not measured, so the test waits for them.
  const lakes = await startMirroredLakes(undefined, { BLOBMIRROR_LOOK_AGAIN: '3' });
  await expectCheapMoves(lakes, { count: budget(600, 300) });
});

describe('a rename', () => {
  let lakes: MirroredLakes;
  beforeAll(async () => {
    lakes = await startMirroredLakes();
  });

  /** The mirror's writes for a change, all before it mirrored. Both accounts are equal after it. */
  async function writesOf(change: () => Promise<unknown>): Promise<string[]> {
    await untilEqual();
    const before = lakes.requests.length;
    await change();
    await untilEqual();
    return describeWrites(lakes.requests.slice(before));
  }

  /** The number of paths. */
  async function untilEqual(): Promise<number> {
    await lakes.untilQuiet();
    return await expectEqualLakes(lakes);
  }

  async function create(name: string): Promise<DataLakeFileSystemClient> {
    const files = lakes.source.getFileSystemClient(name);
    await files.create();
    return files;
  }

  test('of a file over another one leaves one file, and copies nothing', async () => {
    const files = await create('over');
    await writeFile(files, 'd/new', 'new');
    await writeFile(files, 'd/old', 'old, and longer');
    const writes = await writesOf(async () => await files.getFileClient('d/new').move('d/old'));
    expect(writes).toEqual(['Path_Rename d/old 201']);
    const renamed = lakes.backup.getFileSystemClient('over').getFileClient('d/old');
    expect(String(await renamed.readToBuffer())).toBe('new');
  });

  test('to another container copies nothing, of a file or of a directory', async () => {
    const files = await create('from');
    const moreFiles = await create('others');
    await writeFiles(files, ['file', 'd/1', 'd/e/2']);
    await writeFiles(moreFiles, ['here/before']);
    const writes = await writesOf(async () => {
      await files.getFileClient('file').move('others', 'here/file');
      await files.getDirectoryClient('d').move('others', 'here/d');
    });
    expect(writes.toSorted()).toEqual(['Path_Rename here/d 201', 'Path_Rename here/file 201']);
  });

  test('between names with spaces, umlauts and percent signs is one request', async () => {
    const files = await create('names');
    const [old, young] = ['a b/Übergrößen 100%', 'a b/ä+%2F & ?#% ü'];
    await writeFiles(files, [`${old}/ß %41`, `${old}/d d/%`]);
    const writes = await writesOf(async () => await files.getDirectoryClient(old).move(encodePath(young)));
    expect(writes).toEqual([`Path_Rename ${young} 201`]);
  });

  test('of something renamed before, back to its first name, restores the first state', async () => {
    const files = await create('circle');
    await writeFiles(files, ['a/1', 'a/d/2']);
    await lakes.untilQuiet();
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
      ['a', 'd'],
      ['d', 'a'],
    ] as const)
      await files.getDirectoryClient(from).move(to);
    // The trash may hold a directory that the source had again while its copy moved there: it stays for an hour.
    expect(await untilEqual()).toBeGreaterThanOrEqual(4);
  });
});
