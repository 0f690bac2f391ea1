import { readAccountKind } from '../azure/account-kind.ts';
import type { Account } from '../azure/connect-account.ts';
import type { Settings } from '../config/settings.ts';
import { BlobmirrorError } from '../model/errors.ts';

/**
 * Whether both accounts have a hierarchical namespace. Asked once; while it cannot be told, everybody who needs it fails
 * with the reason, and it is asked again.
 *
 * @throws BlobmirrorError `account-kinds-differ`, or any storage code
 */
export function createKindCheck(
  source: Account,
  backup: Account,
  { namespace }: Pick<Settings, 'namespace'>,
): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined;
  const ask = async (): Promise<boolean> => {
    const [ofSource, ofBackup] = await Promise.all([source, backup].map(readAccountKind));
    if (ofSource === ofBackup) return ofSource === 'hierarchical';
    throw new BlobmirrorError(
      'account-kinds-differ',
      `the source ${source.name} is ${ofSource} and the backup ${backup.name} is ${ofBackup}; the backup should be ${ofSource}`,
    );
  };
  return async () => {
    if (namespace !== 'auto') return namespace === 'hierarchical';
    answer ??= ask();
    try {
      return await answer;
    } catch (error) {
      answer = undefined;
      throw error;
    }
  };
}
