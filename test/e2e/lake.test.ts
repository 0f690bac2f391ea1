import type { DataLakeFileSystemClient } from '@azure/storage-file-datalake';
import { beforeAll, expect, test } from 'vitest';
import { runBlobmirror } from './support/blobmirror-process.ts';
import { expectEqualLakes } from './support/expect-equal-lakes.ts';
import { connectLakes, type Lakes } from './support/lakes.ts';
import { queueCounts } from './support/queue-counts.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { encodePath, writeFile } from './support/write-files.ts';

let environment: RunningEnvironment;
let lakes: Lakes;
let files: DataLakeFileSystemClient;

beforeAll(async () => {
  environment = await startEnvironment(['--hns']);
  lakes = connectLakes(environment.info);
  files = lakes.source.getFileSystemClient('lake');
  await files.create();
});

test('files and directories, empty ones too, are mirrored with headers, metadata and the case of metadata names, renamed and deleted, and verify finds no difference', async () => {
  await files.getDirectoryClient('empty/within').create({ metadata: { Kept: 'as it is' } });
  await writeFile(files, 'sales/2026/über 100%.csv', 'a,b');
  const described = files.getFileClient('sales/described.json');
  await described.upload(Buffer.from('{}'), {
    close: true,
    metadata: { Owner: 'Finance' },
    pathHttpHeaders: { contentType: 'application/json', cacheControl: 'no-store' },
  });
  await lakes.blobs.source.getContainerClient('lake').getBlockBlobClient('by/blob api').upload('x', 1);
  // Five files and directories below three of their own.
  expect(await expectEqualLakes(lakes)).toBe(8);

  await files.getDirectoryClient('sales').move(encodePath('archive of sales'));
  await files.getDirectoryClient('empty').delete(true);
  expect(await expectEqualLakes(lakes)).toBe(6);

  const args = ['verify', `--local=${environment.readyFile}`, '--content', 'read'];
  const { status, stdout, stderr } = await runBlobmirror(args);
  expect([status, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^3 blobs and 3 directories in 1 container compared in [\d.]+ s: no difference$/m);
  expect((await queueCounts(environment.info.serviceBus)).deadLetter).toBe(0);
});
