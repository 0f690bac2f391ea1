import type { AccountSettings } from '../config/settings.js';
import { mirrorId, type MirrorId } from '../model/mirror-id.js';

/** Who the mirror is that has these settings. */
export function mirrorIdOf({
  source,
  backup,
  name,
}: Pick<AccountSettings, 'source' | 'backup' | 'name'>): MirrorId {
  return mirrorId({ source: source.accountName, backup: backup.accountName, name });
}
