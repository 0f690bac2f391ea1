import type { Finding } from '../api/finding.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import type { ContainerName } from '../model/key.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { tryRight } from './try-right.ts';

export interface BackupNeeds {
  readonly tags: boolean;
  /** Whether owners, permissions and access control lists are mirrored. */
  readonly access: boolean;
  /** A container of the mirror's own, or the copy of a mirrored one; undefined: there is none yet. */
  readonly sample: ContainerName | undefined;
}

/** Checks that the backup can be written to, with a blob that is deleted at once. */
export async function checkBackup(
  probe: AccountProbe,
  { tags, access, sample }: BackupNeeds,
): Promise<readonly Finding[]> {
  const reached = await tryRight(
    probe,
    { check: 'backup-list', right: 'read', able: 'it answers, and its containers can be listed' },
    async () => await probe.containers(),
  );
  if (reached.status !== 'ok') return [reached];
  if (sample === undefined) {
    const detail = 'it has no container yet, so writing could not be tested';
    return [reached, { check: 'backup-write', of: probe.account, status: 'unknown', detail }];
  }
  const written = await tryRight(
    probe,
    { check: 'backup-write', right: 'write', able: 'blobs can be written, read and deleted' },
    async () => await probe.write(sample),
  );
  const made = await tryRight(
    probe,
    { check: 'backup-containers', right: 'write', able: 'containers can be created' },
    async () => await probe.makeContainer(sample),
  );
  const findings = [reached, written, made];
  if (tags && written.status === 'ok')
    findings.push(
      await tryRight(
        probe,
        { check: 'backup-tags', right: 'write-tags', able: 'tags can be set' },
        async () => await probe.writeTags(sample),
      ),
    );
  if (access && written.status === 'ok')
    findings.push(
      await tryRight(
        probe,
        {
          check: 'backup-access',
          right: 'own',
          able: 'owners, permissions and access control lists can be set',
          lacking: {
            status: 'warning',
            detail: 'all else is mirrored. Set BLOBMIRROR_ACL=off to mirror no access and end this warning',
          },
        },
        async () => await probe.writeAccess(sample),
      ),
    );
  return findings;
}

/**
 * Whether the backup keeps what ended for as long as BLOBMIRROR_HISTORY asks: by versions, which go into soft delete where
 * a lifecycle rule deletes them.
 *
 * @param container one in which the backup may be written to; undefined: there is none yet
 */
export async function checkHistory(
  probe: Pick<AccountProbe, 'account' | 'softDeleteDays' | 'keepsVersions'>,
  days: number,
  container: ContainerName | undefined,
): Promise<Finding> {
  const { account } = probe;
  const about = { check: 'backup-history', of: account };
  const fix = `az storage account blob-service-properties update --account-name ${account} --enable-versioning true --enable-delete-retention true --delete-retention-days ${days}`;
  const wanted = `BLOBMIRROR_HISTORY is ${days}d`;
  if (container === undefined)
    return {
      ...about,
      status: 'unknown',
      detail: 'it has no container yet, so versions could not be tested',
    };
  try {
    if (!(await probe.keepsVersions(container)))
      return {
        ...about,
        status: 'problem',
        detail: `${wanted}, and the account keeps no versions: overwritten content is gone, and nothing is deleted until it keeps them`,
        fix,
      };
  } catch (thrown) {
    const { message } = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'unknown',
      detail: `whether it keeps versions could not be tested: ${message}`,
    };
  }
  const kept = await readSoftDelete(probe);
  if ('whyUnknown' in kept)
    return {
      ...about,
      status: 'unknown',
      detail: `it keeps versions; for how long soft delete keeps those that a lifecycle rule deletes is unknown: ${kept.whyUnknown}`,
      fix: kept.fix,
    };
  if (kept.days >= days)
    return {
      ...about,
      status: 'ok',
      detail: `it keeps versions, and those that a lifecycle rule deletes for ${kept.days} days more`,
    };
  return {
    ...about,
    status: 'problem',
    detail: `${wanted}, and ${kept.days === 0 ? 'soft delete is off' : `soft delete keeps for ${kept.days} days`}: a version that a lifecycle rule deletes is gone too soon`,
    fix,
  };
}

/** For how many days deleted blobs are kept, or why that is unknown and the command that shows it. */
async function readSoftDelete(
  probe: Pick<AccountProbe, 'account' | 'softDeleteDays'>,
): Promise<{ readonly days: number } | { readonly whyUnknown: string; readonly fix: string }> {
  try {
    return { days: await probe.softDeleteDays() };
  } catch (thrown) {
    return {
      whyUnknown: toBlobmirrorError(thrown).message,
      fix: `az storage account blob-service-properties show --account-name ${probe.account} --query deleteRetentionPolicy`,
    };
  }
}

/** A mistaken deletion at the source reaches the backup within seconds; soft delete keeps the blob restorable. */
const MIN_DAYS = 7;

export async function checkSoftDelete(
  probe: Pick<AccountProbe, 'account' | 'softDeleteDays'>,
): Promise<Finding> {
  const { account } = probe;
  const about = { check: 'backup-soft-delete', of: account };
  const fix = `az storage account blob-service-properties update --account-name ${account} --enable-delete-retention true --delete-retention-days 14 --enable-container-delete-retention true --container-delete-retention-days 14`;
  const kept = await readSoftDelete(probe);
  if ('whyUnknown' in kept)
    return {
      ...about,
      status: 'unknown',
      detail: `the caller may not read the soft-delete settings: ${kept.whyUnknown}`,
      fix: kept.fix,
    };
  const { days } = kept;
  if (days === 0)
    return {
      ...about,
      status: 'warning',
      detail:
        'soft delete is off: a blob that is deleted by mistake at the source cannot be restored on the backup',
      fix,
    };
  if (days < MIN_DAYS)
    return {
      ...about,
      status: 'warning',
      detail: `deleted blobs are kept for ${days} days only; keep them for ${MIN_DAYS} at least`,
      fix,
    };
  return { ...about, status: 'ok', detail: `deleted blobs are kept for ${days} days` };
}
