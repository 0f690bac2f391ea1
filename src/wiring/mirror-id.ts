import { createHash } from 'node:crypto';
import type { AccountSettings } from '../config/settings.ts';
import { type MirrorId, mirrorId } from '../model/mirror-id.ts';

/** Who the mirror is that has these settings. */
export function mirrorIdOf({
  source,
  backup,
  name,
}: Pick<AccountSettings, 'source' | 'backup' | 'name'>): MirrorId {
  return mirrorId({ source: source.accountName, backup: backup.accountName, name });
}

/**
 * Tells the settings of one mirror from those of another: what one full sync proved says nothing of other accounts,
 * another scope or policy. It is kept in every run, so it must stay what it was for settings that mean the same: a
 * setting that a release adds is a part of it only where it is not as it was before there was a choice.
 */
export function mirrorDigest({ source, backup, scope, policy }: AccountSettings): string {
  const { containers, paths, patterns, names } = scope;
  const { deletes, tier, tags, acl, ...added } = policy;
  const chosen = Object.entries(added).filter(([name, value]) => value !== ADDED[name as keyof typeof ADDED]);
  const said = JSON.stringify(
    [
      source.accountName,
      backup.accountName,
      { containers, paths, patterns, names },
      { deletes, tier, tags, acl, ...Object.fromEntries(chosen) },
    ],
    (_, value: unknown) => (value instanceof Map ? [...value.entries()] : value),
  );
  return createHash('sha256').update(said).digest('base64url').slice(0, 16);
}

/** What the first release did, where there was nothing to choose. */
const ADDED: Omit<AccountSettings['policy'], 'deletes' | 'tier' | 'tags' | 'acl'> = {
  foreign: 'keep',
  declaredMd5: 'ignore',
};
