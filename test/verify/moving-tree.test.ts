import { describe, expect, it } from 'vitest';
import type { Access } from '../../src/model/access.ts';
import { parseEtag } from '../../src/model/etag.ts';
import type { BlobPresent, DirectoryPresent } from '../../src/model/reading.ts';
import type { Policy } from '../../src/mirror/policy.ts';
import type { AccountInspector } from '../../src/ports/account-inspector.ts';
import { toPlainPage } from '../../src/ports/blob-reader.ts';
import { KEY } from '../support/keys.ts';
import { collectFindings, names } from './collect-findings.ts';

const POLICY: Policy = {
  deletes: 'mirror',
  foreign: 'keep',
  declaredMd5: 'ignore',
  tier: 'same',
  tags: 'off',
  acl: 'mirror',
};
const LONG_AGO = new Date('2026-11-21T20:00:00Z');
const AN_HOUR = 3_600_000;
const PLACE = `${KEY.container}/${KEY.path}`;

type Present = BlobPresent | DirectoryPresent;

/** A hierarchical account with one file or directory, or none, at `KEY`. It is whatever the test sets. */
interface Side {
  present: Present | undefined;
  reads: number;
  /** Runs before each read. */
  onRead: () => void;
  readonly inspector: AccountInspector;
}

function createSide(account: string, present?: Present): Side {
  const side: Side = {
    present,
    reads: 0,
    onRead: () => {},
    inspector: {
      account,
      read: async () => {
        side.reads++;
        side.onRead();
        return await Promise.resolve(side.present ?? ({ present: false, container: 'exists' } as const));
      },
      readTags: async () => await Promise.resolve({}),
      readContainer: async () => await Promise.resolve({}),
      readRootAccess: async () => await Promise.resolve(undefined),
      readPublicAccess: async () => await Promise.resolve('none' as const),
      readRange: async () => await Promise.resolve(undefined),
      listContainers: async function* () {
        yield await Promise.resolve([KEY.container]);
      },
      listBlobs: async function* () {
        yield await Promise.resolve(toPlainPage([]));
      },
      listReadings: async function* () {
        if (side.present === undefined) return;
        const { access: _, ...reading } = side.present;
        yield await Promise.resolve([{ path: KEY.path, reading, tags: {}, accessUntold: true as const }]);
      },
    },
  };
  return side;
}

function directory(lastModified: Date, colour = 'red', owner = 'anna'): DirectoryPresent {
  return {
    present: true,
    kind: 'directory',
    etag: parseEtag(`0x${colour}`),
    lastModified,
    metadata: { colour },
    access: accessOf(owner),
    readAt: new Date(),
  };
}

/** It bears the stamp of the version that it is at the source. */
function file(lastModified: Date, owner = 'anna'): BlobPresent {
  const etag = parseEtag('0x1');
  return {
    present: true,
    kind: 'block',
    etag,
    lastModified,
    size: 0,
    contentMd5: undefined,
    headers: {},
    metadata: {},
    stamp: { account: 'sourceaccount', etag, lastModified },
    archived: false,
    access: accessOf(owner),
  };
}

const accessOf = (owner: string): Access => ({
  owner,
  group: 'staff',
  permissions: 'rwxr-x---',
  acl: 'user::rwx,group::r-x,other::---',
});

/** What is found of accounts that settle within an hour. `meanwhile` happens before the second reading of the backup. */
async function verifyWhile(source: Side, backup: Side, meanwhile?: () => void): Promise<string[]> {
  const sides = { source: source.inspector, backup: backup.inspector };
  if (meanwhile !== undefined) backup.onRead = () => backup.reads === 2 && meanwhile();
  const found = await collectFindings(sides, { policy: POLICY, settleMs: AN_HOUR });
  expect(backup.reads).toBe(meanwhile === undefined ? 1 : 2);
  return names(found, PLACE);
}

describe('verify of trees in motion', () => {
  it.each([
    ['a directory that it is about to make', undefined, directory(new Date())],
    ['metadata that it is about to set', directory(LONG_AGO, 'blue'), directory(new Date())],
  ])('waits for a mirror that is late with %s', async (_, stale, fresh) => {
    const source = createSide('sourceaccount', directory(new Date()));
    const backup = createSide('backupaccount', stale);
    const meanwhile = () => (backup.present = fresh);
    expect(await verifyWhile(source, backup, meanwhile)).toEqual([]);
  });

  it('waits for a mirror that is about to remove a directory', async () => {
    const backup = createSide('backupaccount', directory(LONG_AGO));
    const meanwhile = () => (backup.present = undefined);
    expect(await verifyWhile(createSide('sourceaccount'), backup, meanwhile)).toEqual([]);
  });

  it.each([
    ['no directory', undefined, ['missing-on-backup']],
    ['other metadata', directory(LONG_AGO, 'blue'), ['metadata colour']],
    ['a file', file(LONG_AGO), ['resource-type']],
  ])('tells a backup that has %s once the source was at rest', async (_, stale, expected) => {
    const source = createSide('sourceaccount', directory(LONG_AGO));
    expect(await verifyWhile(source, createSide('backupaccount', stale))).toEqual(expected);
  });

  it.each([
    ['a directory', directory(new Date()), directory(LONG_AGO, 'red', 'bert')],
    ['a file', file(new Date()), file(LONG_AGO, 'bert')],
  ])(
    'tells at once that the access of %s differs, since no event comes to set it',
    async (_, ours, theirs) => {
      const [source, backup] = [createSide('sourceaccount', ours), createSide('backupaccount', theirs)];
      expect(await verifyWhile(source, backup)).toEqual(['owner']);
    },
  );

  it('waits for the access of a backup that was written just now', async () => {
    const source = createSide('sourceaccount', file(LONG_AGO));
    const backup = createSide('backupaccount', file(new Date(), '$superuser'));
    const meanwhile = () => (backup.present = file(new Date()));
    expect(await verifyWhile(source, backup, meanwhile)).toEqual([]);
  });
});
