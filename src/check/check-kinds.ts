import { toBlobmirrorError } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import type { AccountProbe } from '../ports/account-probe.ts';
import { showAccount } from './az.ts';

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
      fix: showAccount(source.account),
    };
  }
}
