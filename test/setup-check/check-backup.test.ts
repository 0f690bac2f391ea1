import { expect, it } from 'vitest';
import { checkSoftDelete } from '../../src/setup-check/check-backup.ts';
import { BlobmirrorError } from '../../src/model/errors.ts';

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
