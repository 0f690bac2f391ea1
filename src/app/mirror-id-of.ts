import type { AccountSettings } from '../config/settings.ts';
import { mirrorId, type MirrorId } from '../model/mirror-id.ts';

/** Who the mirror is that has these settings. */
export function mirrorIdOf({
  source,
  backup,
  name,
}: Pick<AccountSettings, 'source' | 'backup' | 'name'>): MirrorId {
  return mirrorId({ source: source.accountName, backup: backup.accountName, name });
}
