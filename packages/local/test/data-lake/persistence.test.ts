import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { startStorage } from '../../src/start-storage.ts';
import { accounts } from '../support/accounts.ts';
import { startLake } from '../support/start-lake.ts';

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('a data directory of hierarchical accounts', () => {
  it('keeps the tree after renames, with content, access control and bytes not yet flushed', async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await startLake({ dataDirectory });
    await first.write('a/b/f');
    await first.write('gone/f');
    await first.files.getDirectoryClient('empty').create({ metadata: { a: 'b' }, permissions: '0700' });
    await first.files.getDirectoryClient('a').move('c');
    await first.files.getDirectoryClient('gone').delete(true);
    await first.files.getFileClient('c/b/f').append('!', 5, 1);
    const { etag } = await first.files.getFileClient('c/b/f').getProperties();
    const before = await first.paths();
    await first.storage.stop();

    const second = await startLake({ dataDirectory });
    expect(await second.paths()).toEqual(before);
    expect(before).toEqual(['c', 'c/b', 'c/b/f', 'empty']);
    const file = second.files.getFileClient('c/b/f');
    expect((await file.getProperties()).etag).toBe(etag);
    await file.flush(6);
    expect(String(await file.readToBuffer())).toBe('hello!');
    const empty = second.files.getDirectoryClient('empty');
    expect((await empty.getProperties()).metadata).toEqual({ a: 'b', hdi_isfolder: 'true' });
    expect((await empty.getAccessControl()).permissions).toMatchObject({ group: { read: false } });
    await second.files.getDirectoryClient('c').move('d');
    expect(String(await second.files.getFileClient('d/b/f').readToBuffer())).toBe('hello!');
  });

  it('is refused for flat accounts, and the reverse', async () => {
    const hierarchical = await temporaryDirectory();
    const lake = await startLake({ dataDirectory: hierarchical });
    await lake.write('f');
    await lake.storage.stop();
    await expect(startStorage({ port: 0, accounts, dataDirectory: hierarchical })).rejects.toThrow(
      'holds accounts of the other kind',
    );
    const flat = await temporaryDirectory();
    const plain = await startLake({ dataDirectory: flat, hierarchical: false });
    await plain.source.getBlockBlobClient('f').upload('x', 1);
    await plain.storage.stop();
    await expect(
      startStorage({ port: 0, accounts, dataDirectory: flat, hierarchical: true }),
    ).rejects.toThrow('holds accounts of the other kind');
  });
});
