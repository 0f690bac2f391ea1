import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { AccountProbe } from '../ports/account-probe.ts';

/** What is deleted at the source by mistake is deleted on the backup within seconds: this keeps it. */
const ENOUGH_DAYS = 7;

export async function checkSoftDelete(
  probe: Pick<AccountProbe, 'account' | 'softDeleteDays'>,
): Promise<Finding> {
  const { account } = probe;
  const about = { check: 'backup-soft-delete', of: account };
  const mend = `az storage account blob-service-properties update --account-name ${account} --enable-delete-retention true --delete-retention-days 14 --enable-container-delete-retention true --container-delete-retention-days 14`;
  try {
    const days = await probe.softDeleteDays();
    if (days === 0)
      return {
        ...about,
        status: 'warning',
        detail: 'soft delete is off: what is deleted at the source by mistake is gone from the backup, too',
        fix: mend,
      };
    if (days < ENOUGH_DAYS)
      return {
        ...about,
        status: 'warning',
        detail: `deleted blobs are kept for ${days} days only`,
        fix: mend,
      };
    return { ...about, status: 'ok', detail: `deleted blobs are kept for ${days} days` };
  } catch (thrown) {
    const { message } = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'unknown',
      detail: `who asks may not read the properties of the service: ${message}`,
      fix: `az storage account blob-service-properties show --account-name ${account} --query deleteRetentionPolicy`,
    };
  }
}
