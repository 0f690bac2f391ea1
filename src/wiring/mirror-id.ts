import { createHash } from 'node:crypto';
import type { AccountSettings } from '../config/settings.ts';
import { type MirrorId, mirrorId } from '../model/mirror-id.ts';

/** The id of the mirror with these settings. */
export function mirrorIdOf({
  source,
  backup,
  name,
}: Pick<AccountSettings, 'source' | 'backup' | 'name'>): MirrorId {
  return mirrorId({ source: source.accountName, backup: backup.accountName, name });
}

/**
 * A digest of accounts, scope and policy: a full sync proves nothing for others. Every run stores it, so it must not change
 * for settings with the same meaning: a setting that a release adds counts only when it differs from the old behaviour.
 */
export function mirrorDigest({ source, backup, scope, policy }: AccountSettings): string {
  const { containers, paths, patterns, names } = scope;
  const { deletes, tier, tags, acl, ...added } = policy;
  const chosen = Object.entries(added).filter(([name, value]) => value !== ADDED[name as keyof typeof ADDED]);
  const text = JSON.stringify(
    [
      source.accountName,
      backup.accountName,
      { containers, paths, patterns, names },
      { deletes, tier, tags, acl, ...Object.fromEntries(chosen) },
    ],
    (_, value: unknown) => (value instanceof Map ? [...value.entries()] : value),
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** The behaviour before these settings existed. */
const ADDED: Omit<AccountSettings['policy'], 'deletes' | 'tier' | 'tags' | 'acl'> = {
  foreign: 'keep',
  declaredMd5: 'ignore',
};
