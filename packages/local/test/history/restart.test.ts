import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { accounts } from '../support/accounts.ts';
import { startLake } from '../support/start-lake.ts';
import { contentOf, listed, startWith } from './support.ts';

const everything = { includeDeleted: true, includeSnapshots: true, includeVersions: true };

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'history-'));
  onTestFinished(async () => await rm(directory, { recursive: true }));
  return directory;
}

it('a restart keeps versions, what was deleted, and the policy of soft delete', async () => {
  const dataDirectory = await temporaryDirectory();
  const settings = { versioning: true, containerRetentionDays: 7 };
  const before = await startWith({ ...settings, blobRetentionDays: 7 }, { dataDirectory });
  const large = 'x'.repeat(100_000);
  const blob = before.source.getBlockBlobClient('a');
  const first = await blob.upload(large, large.length);
  const second = await blob.upload('two', 3);
  await blob.delete();
  await blob.withVersion(second.versionId ?? '').delete();
  const there = await listed(before.source, everything);
  await before.backup.delete();
  await before.storage.stop();

  const { source } = await startWith(settings, { dataDirectory });
  expect(await listed(source, everything)).toEqual(there);
  const again = source.getBlockBlobClient('a');
  expect(await contentOf(again.withVersion(first.versionId ?? ''))).toBe(large);
  await again.undelete();
  expect(await contentOf(again.withVersion(second.versionId ?? ''))).toBe('two');
  await again.withVersion(second.versionId ?? '').delete();
  expect((await listed(source, everything)).map(({ deleted }) => deleted)).toEqual([undefined, true]);
});

it('a restart keeps deleted paths', async () => {
  const dataDirectory = await temporaryDirectory();
  const keeping = accounts.map((each) => ({ ...each, blobRetentionDays: 7 }));
  const { files, write, storage } = await startLake({ dataDirectory, accounts: keeping });
  await write('kept');
  await write('d/f', 'one');
  await files.getDirectoryClient('d').delete(true);
  await storage.stop();

  const after = await startLake({ dataDirectory });
  const names: string[] = [];
  for await (const { name, deletionId = '' } of after.files.listDeletedPaths()) {
    names.push(name);
    await after.files.undeletePath(name, deletionId);
  }
  expect(names).toEqual(['d']);
  expect(await after.paths()).toEqual(['d', 'd/f', 'kept']);
});
