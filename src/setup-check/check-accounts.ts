import type { Finding } from '../api/finding.ts';
import { formatSkew } from '../api/statement.ts';
import { MAX_OFF_MS } from '../clock/observed-clock.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { type VersionStatus, refusedWhole } from '../model/service-version.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { showAccountCommand } from './az-commands.ts';

/** Checks that both accounts are flat or both hierarchical, as the settings say. */
export async function checkKinds(
  source: AccountProbe,
  backup: AccountProbe,
  setting: 'auto' | 'flat' | 'hierarchical',
): Promise<Finding> {
  const about = { check: 'kinds', of: `${source.account}, ${backup.account}` };
  try {
    const [ofSource, ofBackup] = await Promise.all([source.kind(), backup.kind()]);
    if (ofSource !== ofBackup)
      return {
        ...about,
        status: 'problem',
        detail: `the source is ${ofSource}, the backup is ${ofBackup}; both must be of the same kind. Use another account as the backup`,
        fix: `az storage account create --name NEWBACKUP --resource-group GROUP --enable-hierarchical-namespace ${ofSource === 'hierarchical'}`,
      };
    if (setting !== 'auto' && setting !== ofSource)
      return {
        ...about,
        status: 'problem',
        detail: `both accounts are ${ofSource}, but BLOBMIRROR_NAMESPACE says ${setting}`,
        fix: `az functionapp config appsettings set --name APP --resource-group GROUP --settings BLOBMIRROR_NAMESPACE=${ofSource}`,
      };
    return { ...about, status: 'ok', detail: `both accounts are ${ofSource}` };
  } catch (thrown) {
    const { message } = toBlobmirrorError(thrown);
    const isSet = setting !== 'auto';
    return {
      ...about,
      status: isSet ? 'unknown' : 'problem',
      detail: isSet
        ? `the caller may not read the kind of an account, so BLOBMIRROR_NAMESPACE=${setting} could not be verified: ${message}`
        : `the kind of an account cannot be read, and messages wait until it can. Set BLOBMIRROR_NAMESPACE to flat or hierarchical to skip this: ${message}`,
      fix: showAccountCommand(source.account),
    };
  }
}

/** Checks whether the backup can fetch content from the source, or all content must pass through the workers. */
export async function checkCopy(
  source: string,
  backup: string,
  probe: () => Promise<boolean>,
): Promise<Finding> {
  const about = { check: 'copy', of: `${source}, ${backup}` };
  try {
    if (await probe())
      return { ...about, status: 'ok', detail: 'the backup fetches content directly from the source' };
    const detail =
      'the backup has no operation that fetches content, so all content passes through the workers';
    return { ...about, status: 'warning', detail };
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'problem',
      detail: `the backup cannot fetch content from the source; its firewall may block the backup. Open it, or set BLOBMIRROR_COPY=streamed: ${error.message}`,
      fix: showAccountCommand(source),
    };
  }
}

/**
 * Checks which version of the storage REST API the account accepts, after a request to it.
 *
 * @param newest the version that requests begin with
 */
export function checkVersion(check: string, of: string, newest: string, status: VersionStatus): Finding {
  const { refused, spoken, isTaken } = status;
  if (status.isRefusedWhole)
    return {
      check,
      of,
      status: 'problem',
      detail: `it refuses ${refusedWhole(status)}`,
    };
  if (!isTaken)
    return { check, of, status: 'unknown', detail: 'it has not answered a request of any API version yet' };
  if (refused === undefined)
    return {
      check,
      of,
      status: 'ok',
      detail: `it accepts version ${spoken ?? newest} of the storage API`,
    };
  return {
    check,
    of,
    status: 'warning',
    detail: `it refuses version ${refused} of the storage API, so requests use ${spoken}`,
  };
}

/** Recovery points are claimed by the slower clock, so a difference makes them older. */
const WARNING_MS = 5_000;

/**
 * Checks that the clock of this machine agrees with that of a service.
 *
 * @param of an account or a queue
 */
export async function checkClock(
  check: string,
  of: string,
  aheadMs: () => Promise<number | undefined>,
): Promise<Finding> {
  try {
    const ahead = await aheadMs();
    if (ahead === undefined) return { check, of, status: 'unknown', detail: 'its answers carry no time' };
    const apart = Math.abs(ahead);
    if (apart < WARNING_MS)
      return {
        check,
        of,
        status: 'ok',
        detail: `its clock and the clock of this machine differ by ${(apart / 1000).toFixed(1)} s`,
      };
    const isOff = apart > MAX_OFF_MS;
    return {
      check,
      of,
      status: isOff ? 'problem' : 'warning',
      detail: isOff
        ? `clock-off: the clock of this machine is ${formatSkew(-ahead)}, compared with that of the service. Until it is right, this machine claims no live recovery point and its full syncs prove nothing; beyond 15 minutes the service refuses its keys and tokens`
        : `the clock of this machine is ${formatSkew(-ahead)}, compared with that of the service; recovery points use the earlier time of the two`,
      fix: 'sudo timedatectl set-ntp true',
    };
  } catch (thrown) {
    return { check, of, status: 'unknown', detail: toBlobmirrorError(thrown).message };
  }
}
