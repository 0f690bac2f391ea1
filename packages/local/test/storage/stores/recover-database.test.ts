import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { startTwoAccounts } from '../../support/two-accounts.ts';

it.each([false, true])('lists blobs whose stored MD5 is damaged (hierarchical: %s)', async (hierarchical) => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'blobmirror-'));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const first = await startTwoAccounts({ dataDirectory, hierarchical });
  const damages = [{ 1: 2 }, { 0: 'x' }, { type: 'Buffer', data: 'x' }, 'text', 7, null];
  for (const index of damages.keys()) await first.source.getBlockBlobClient(`blob-${index}`).upload('x', 1);
  await first.storage.stop();
  const file = join(dataDirectory, 'blobs.json');
  const stored = JSON.parse(await readFile(file, 'utf8')) as {
    collections: { name: string; data: { properties: { contentMD5?: unknown } }[] }[];
  };
  const blobs = stored.collections.find(({ name }) => name === '$BLOBS_COLLECTION$')?.data ?? [];
  const withMd5 = blobs.filter(({ properties }) => properties.contentMD5 !== undefined);
  for (const [index, { properties }] of withMd5.entries()) properties.contentMD5 = damages[index];
  expect(withMd5).toHaveLength(damages.length);
  await writeFile(file, JSON.stringify(stored));

  const second = await startTwoAccounts({ dataDirectory, hierarchical });
  const listed: string[] = [];
  for await (const { name } of second.source.listBlobsFlat()) listed.push(name);
  expect(listed).toHaveLength(damages.length);
  for (const name of listed)
    expect(String(await second.source.getBlobClient(name).downloadToBuffer())).toBe('x');
});
