import type { Finding } from '../api/finding.ts';
import { formatSkew } from '../api/statement.ts';
import { MOST_OFF_MS } from '../clock/observed-clock.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { type VersionStatus, refusedWhole } from '../model/service-version.ts';
import type { AccountProbe } from '../ports/probes.ts';
import { showAccountCommand } from './az-commands.ts';

/** Whether both accounts are flat or both hierarchical, and as the settings say. */
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
        detail: `the source is ${ofSource} and the backup is ${ofBackup}, and neither can be changed to the other by us: the backup should be another account`,
        fix: `az storage account create --name NEWBACKUP --resource-group GROUP --enable-hierarchical-namespace ${ofSource === 'hierarchical'}`,
      };
    if (setting !== 'auto' && setting !== ofSource)
      return {
        ...about,
        status: 'problem',
        detail: `both accounts are ${ofSource}, and BLOBMIRROR_NAMESPACE says ${setting}`,
        fix: `az functionapp config appsettings set --name APP --resource-group GROUP --settings BLOBMIRROR_NAMESPACE=${ofSource}`,
      };
    return { ...about, status: 'ok', detail: `both accounts are ${ofSource}` };
  } catch (thrown) {
    const { message } = toBlobmirrorError(thrown);
    const isTold = setting !== 'auto';
    return {
      ...about,
      status: isTold ? 'unknown' : 'problem',
      detail: isTold
        ? `who asks may not read the kind of an account, and BLOBMIRROR_NAMESPACE says ${setting}: ${message}`
        : `the kind of an account cannot be read, and messages wait until it can; BLOBMIRROR_NAMESPACE does without: ${message}`,
      fix: showAccountCommand(source.account),
    };
  }
}

/** Whether content goes from account to account by itself, or must pass through the workers. */
export async function checkCopy(
  source: string,
  backup: string,
  probe: () => Promise<boolean>,
): Promise<Finding> {
  const about = { check: 'copy', of: `${source}, ${backup}` };
  try {
    if (await probe())
      return { ...about, status: 'ok', detail: 'the backup fetches content from the source by itself' };
    const detail =
      'the backup has no operation that fetches content, so that all of it passes through the workers';
    return { ...about, status: 'warning', detail };
  } catch (thrown) {
    const error = toBlobmirrorError(thrown);
    return {
      ...about,
      status: 'problem',
      detail: `the backup cannot fetch content from the source, whose firewall may keep it out; BLOBMIRROR_COPY=streamed does without: ${error.message}`,
      fix: showAccountCommand(source),
    };
  }
}

/**
 * Which version of the storage services the account takes, after it was asked for something.
 *
 * @param newest what it would be asked by
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
  if (!isTaken) return { check, of, status: 'unknown', detail: 'it answered to no version yet' };
  if (refused === undefined)
    return {
      check,
      of,
      status: 'ok',
      detail: `it is asked by version ${spoken ?? newest} of the storage services`,
    };
  return {
    check,
    of,
    status: 'warning',
    detail: `it refuses version ${refused} of the storage services, and is asked by ${spoken}`,
  };
}

/** The wider apart they are, the earlier a moment is claimed. */
const WARNING_MS = 5_000;

/** @param of an account or a namespace */
export async function checkClock(
  check: string,
  of: string,
  aheadMs: () => Promise<number | undefined>,
): Promise<Finding> {
  try {
    const ahead = await aheadMs();
    if (ahead === undefined) return { check, of, status: 'unknown', detail: 'it did not tell the time' };
    const apart = Math.abs(ahead);
    if (apart < WARNING_MS)
      return {
        check,
        of,
        status: 'ok',
        detail: `its clock and ours agree to ${(apart / 1000).toFixed(1)} s`,
      };
    const isOff = apart > MOST_OFF_MS;
    return {
      check,
      of,
      status: isOff ? 'problem' : 'warning',
      detail: isOff
        ? `clock-off: our clock is ${formatSkew(-ahead)}, by its own. A machine whose clock is so claims no live point, full syncs that it begins prove nothing, and from a quarter of an hour on its keys and tokens are refused`
        : `our clock is ${formatSkew(-ahead)}, by its own; what is claimed goes by the earlier of the two`,
      fix: 'sudo timedatectl set-ntp true',
    };
  } catch (thrown) {
    return { check, of, status: 'unknown', detail: toBlobmirrorError(thrown).message };
  }
}
