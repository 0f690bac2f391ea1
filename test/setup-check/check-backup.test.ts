import { describe, expect, it } from 'vitest';
import { checkHistory, checkSoftDelete } from '../../src/setup-check/check-backup.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';
import { parseContainerName } from '../../src/model/key.ts';

it.each([
  [0, 'warning', 'soft delete is off: '],
  [3, 'warning', 'deleted blobs are kept for 3 days only'],
  [14, 'ok', 'deleted blobs are kept for 14 days'],
] as const)('says how long the backup keeps deleted blobs: %i days', async (days, status, detail) => {
  const finding = await checkSoftDelete({
    account: 'backupaccount',
    softDeleteDays: () => Promise.resolve(days),
  });
  expect(finding).toMatchObject({ check: 'backup-soft-delete', of: 'backupaccount', status });
  expect(finding.detail).toContain(detail);
  expect(finding.fix === undefined).toBe(status === 'ok');
});

it('is unknown if the caller may not read the properties', async () => {
  const finding = await checkSoftDelete({
    account: 'backupaccount',
    softDeleteDays: () => Promise.reject(new BlobmirrorError('storage-forbidden', 'a read was refused')),
  });
  expect(finding.status).toBe('unknown');
});

describe('a history of 30 days', () => {
  const CONTAINER = parseContainerName('photos');
  const check = async (
    keepsVersions: boolean | 'refused',
    softDelete: number | 'refused',
    container = true,
  ) => {
    const refused = async (): Promise<never> =>
      await Promise.reject(new BlobmirrorError('storage-forbidden', 'it was refused'));
    return await checkHistory(
      {
        account: 'backupaccount',
        keepsVersions: async () => (keepsVersions === 'refused' ? await refused() : keepsVersions),
        softDeleteDays: async () => (softDelete === 'refused' ? await refused() : softDelete),
      },
      30,
      container ? CONTAINER : undefined,
    );
  };

  it.each([
    [true, 30, 'ok', 'it keeps versions, and those that a lifecycle rule deletes for 30 days more'],
    [true, 29, 'problem', 'BLOBMIRROR_HISTORY is 30d, and soft delete keeps for 29 days'],
    [true, 0, 'problem', 'soft delete is off'],
    [false, 30, 'problem', 'the account keeps no versions'],
    ['refused', 30, 'unknown', 'whether it keeps versions could not be tested: it was refused'],
    [true, 'refused', 'unknown', 'is unknown: it was refused'],
  ] as const)('with versions %s and soft delete of %s days is %s', async (versions, days, status, detail) => {
    const finding = await check(versions, days);
    expect(finding).toMatchObject({ check: 'backup-history', of: 'backupaccount', status });
    expect(finding.detail).toContain(detail);
    expect(finding.fix?.includes('--enable-versioning true') ?? false).toBe(status === 'problem');
  });

  it('is mended by one command', async () => {
    expect((await check(false, 30)).fix).toBe(
      'az storage account blob-service-properties update --account-name backupaccount --enable-versioning true --enable-delete-retention true --delete-retention-days 30',
    );
  });

  it('is unknown where there is no container to test it in', async () => {
    expect((await check(true, 30, false)).status).toBe('unknown');
  });
});
