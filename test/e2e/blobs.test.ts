import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { BlobClient, ContainerClient } from '@azure/storage-blob';
import { expectEqualAccounts } from './support/expect-equal-accounts.ts';
import { type RunningEnvironment, startEnvironment } from './support/start-environment.ts';
import { untilMirrored } from './support/until-mirrored.ts';

const MIB = 1024 * 1024;
const NAMES = [
  'a b.txt',
  ' leading and trailing ',
  '100%.txt',
  'a%2Fb.txt',
  'a%20b.txt',
  '%25.txt',
  'a+b.txt',
  'a#b.txt',
  'a?b=c&d.txt',
  'grüße/日本語/🙂.txt',
  'e\u0301 is not \u00e9.txt',
  'a//b.txt',
  '/leading.txt',
  'trailing/',
  'a"b\'c<d>e.txt',
  '.hidden',
  `${'deep/'.repeat(40)}end.txt`,
  'n'.repeat(1024),
];

let environment: RunningEnvironment;
let container: ContainerClient;

beforeAll(async () => {
  environment = await startEnvironment();
  container = environment.source.getContainerClient('blobs');
  await container.create({ metadata: { Purpose: 'tests' } });
});

async function untilInBackup(...names: string[]): Promise<void> {
  for (const name of names) await untilMirrored(environment, container.containerName, name);
}

function backupOf(name: string): BlobClient {
  return environment.backup.getContainerClient(container.containerName).getBlobClient(name);
}

test('names with every kind of character are mirrored and deleted unchanged', async () => {
  const names = environment.source.getContainerClient('names');
  await names.create();
  for (const name of NAMES) await names.getBlockBlobClient(name).upload(name, Buffer.byteLength(name));
  await expectEqualAccounts(environment);

  const [gone, kept] = [NAMES.slice(0, NAMES.length / 2), NAMES.slice(NAMES.length / 2)];
  for (const name of gone) await names.deleteBlob(name);
  await expectEqualAccounts(environment);
  const left = environment.backup.getContainerClient('names').listBlobsFlat();
  expect((await Array.fromAsync(left)).map(({ name }) => name).toSorted()).toEqual(kept.toSorted());
});

test('an empty blob is mirrored', async () => {
  await container.getBlockBlobClient('empty').upload('', 0);
  await untilInBackup('empty');
  expect((await backupOf('empty').getProperties()).contentLength).toBe(0);
});

test('a blob of 32 MiB that is written in blocks is mirrored', async () => {
  await container
    .getBlockBlobClient('large')
    .uploadData(randomBytes(32 * MIB), { blockSize: 4 * MIB, maxSingleShotSize: MIB });
  await untilInBackup('large');
  const { blobType, contentLength } = await backupOf('large').getProperties();
  expect([blobType, contentLength]).toEqual(['BlockBlob', 32 * MIB]);
});

test('Put Block List mirrors the committed blocks only', async () => {
  const blob = container.getBlockBlobClient('blocks');
  const id = (n: number) => Buffer.from(`block-${n}`).toString('base64');
  for (const n of [1, 2, 3]) await blob.stageBlock(id(n), `block ${n}`, 7);
  await blob.commitBlockList([id(3), id(1)], { metadata: { Order: '3, 1' } });
  await untilInBackup('blocks');
  await blob.stageBlock(id(2), 'block 2', 7);
  await blob.commitBlockList([id(1), id(2)]);
  await untilInBackup('blocks');
  expect((await backupOf('blocks').downloadToBuffer()).toString()).toBe('block 1block 2');
});

test('a copy within the source is mirrored', async () => {
  const original = container.getBlockBlobClient('original');
  await original.upload('copied', 6, { metadata: { From: 'original' } });
  await (await container.getBlobClient('copy').beginCopyFromURL(original.url)).pollUntilDone();
  await untilInBackup('original', 'copy');
  expect((await backupOf('copy').getProperties()).metadata).toMatchObject({ from: 'original' });
});

test('blobs deleted in one batch are deleted in the backup', async () => {
  const blobs = Array.from({ length: 20 }, (_, n) => container.getBlockBlobClient(`batch/${n}`));
  for (const blob of blobs) await blob.upload('to be deleted', 13);
  await untilInBackup(...blobs.map(({ name }) => name));
  await environment.source.getBlobBatchClient().deleteBlobs(blobs.slice(0, 19));
  await untilInBackup(...blobs.map(({ name }) => name));
  const left = environment.backup.getContainerClient('blobs').listBlobsFlat({ prefix: 'batch/' });
  expect((await Array.fromAsync(left)).map(({ name }) => name)).toEqual(['batch/19']);
});

test('containers that are created later are mirrored without configuration, with their metadata', async () => {
  for (let n = 0; n < 12; n++) {
    const later = environment.source.getContainerClient(`later-${n}`);
    await later.create({ metadata: { number: String(n) } });
    await later.getBlockBlobClient('first').upload('first', 5);
  }
  for (let n = 0; n < 12; n++) await untilMirrored(environment, `later-${n}`, 'first');
  const { metadata } = await environment.backup.getContainerClient('later-7').getProperties();
  expect(metadata).toEqual({ number: '7' });
});

test('at the end both accounts are equal, byte for byte, and there are no dead letters', async () => {
  await expectEqualAccounts(environment);
  expect(environment.process.logged('event moved to the dead-letter queue')).toEqual([]);
});
