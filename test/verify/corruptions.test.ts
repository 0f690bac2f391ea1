import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAzureAccountInspector } from '../../src/azure/account-inspector.ts';
import { connectAccount } from '../../src/azure/account/connect-account.ts';
import { converge } from '../../src/mirror/converge.ts';
import { parseKey } from '../../src/model/key.ts';
import { POLICY } from '../support/memory-pair.ts';
import { startStoragePair, type StoragePair } from '../support/storage-pair.ts';
import { collectFindings, type Findings, names } from './collect-findings.ts';
import { CONTAINER, CORRUPTIONS, writeOriginal } from './corruptions.ts';

let pair: StoragePair;
let users: { source: BlobServiceClient; backup: BlobServiceClient };
let before: Findings;
let byReading: Findings;
let byMd5: Findings;

beforeAll(async () => {
  pair = await startStoragePair();
  users = {
    source: BlobServiceClient.fromConnectionString(pair.connectionStrings.source),
    backup: BlobServiceClient.fromConnectionString(pair.connectionStrings.backup),
  };
  await mirrorOriginals();
  before = await collectFindings(inspectors(), { content: 'read' });

  for (const { path, corrupt } of CORRUPTIONS) await corrupt(backupBlob(CONTAINER, path));
  await corruptContainers();
  byReading = await collectFindings(inspectors(), { content: 'read' });
  byMd5 = await collectFindings(inspectors(), { content: 'md5' });
});
afterAll(async () => {
  await pair.stop();
});

function inspectors() {
  const { source, backup } = pair.connectionStrings;
  return {
    source: createAzureAccountInspector(connectAccount({ connectionString: source })),
    backup: createAzureAccountInspector(connectAccount({ connectionString: backup })),
  };
}

const backupBlob = (container: string, path: string) =>
  users.backup.getContainerClient(container).getBlockBlobClient(path);

async function mirrorOriginals(): Promise<void> {
  for (const container of [CONTAINER, 'container-metadata', 'opened', 'dropped'])
    await users.source.createContainer(container, { metadata: { purpose: 'tests' } });
  const keys = [
    ...['container-metadata', 'opened', 'dropped'].map((container) => parseKey(container, 'blob')),
    ...CORRUPTIONS.map(({ path }) => parseKey(CONTAINER, path)),
    parseKey(CONTAINER, 'untouched'),
  ];
  for (const key of keys) {
    if (key.container === CONTAINER) await writeOriginal(users.source, key.path);
    else await users.source.getContainerClient(key.container).getBlockBlobClient(key.path).upload('x', 1);
    await converge({ source: pair.source, backup: pair.backup, policy: POLICY }, key);
  }
}

async function corruptContainers(): Promise<void> {
  await users.backup.getContainerClient('container-metadata').setMetadata({ purpose: 'none' });
  await users.backup.getContainerClient('opened').setAccessPolicy('blob');
  await users.backup.deleteContainer('dropped');
  await users.backup.createContainer('added');
  await backupBlob(CONTAINER, 'added').upload('extra', 5);
}

describe('verify', () => {
  it('finds no difference between two equal accounts', () => {
    expect(before.differences).toEqual(new Map());
    expect(before.tally).toMatchObject({
      containers: 4,
      blobs: CORRUPTIONS.length + 4,
      stillMoving: 0,
      contentUnproven: 0,
    });
  });

  it.each(CORRUPTIONS)('finds a blob that is corrupted: $path', ({ path, read, md5 = read }) => {
    expect(names(byReading, `${CONTAINER}/${path}`)).toEqual(read.toSorted());
    expect(names(byMd5, `${CONTAINER}/${path}`)).toEqual(md5.toSorted());
  });

  it.each([
    [`${CONTAINER}/added`, ['extra-on-backup']],
    ['container-metadata', ['container-metadata purpose']],
    ['opened', ['public-access']],
    ['dropped', ['container-missing']],
    ['dropped/blob', ['missing-on-backup']],
    ['added', ['container-extra']],
  ])('finds what is wrong with %s', (place, expected) => {
    expect(names(byReading, place)).toEqual(expected);
  });

  it('finds nothing else, and says what each side has', () => {
    expect(byReading.tally.differing).toBe(CORRUPTIONS.length + 6);
    expect(byReading.differences.size).toBe(CORRUPTIONS.length + 6);
    expect(byReading.differences.get(`${CONTAINER}/metadata value`)).toEqual([
      { difference: 'metadata', name: 'Colour', source: 'red', backup: 'blue' },
    ]);
  });
});
