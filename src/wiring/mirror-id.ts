import { createHash } from 'node:crypto';
import { longestGapMs } from '../config/reconcile-settings.ts';
import type { AccountSettings, Settings } from '../config/settings.ts';
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
  return digest([
    source.accountName,
    backup.accountName,
    { containers, paths, patterns, names },
    { deletes, tier, tags, acl, ...Object.fromEntries(chosen) },
  ]);
}

function digest(value: unknown): string {
  const text = JSON.stringify(value, (_, each: unknown) =>
    each instanceof Map ? [...each.entries()] : each,
  );
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}

/** The behaviour before these settings existed. */
const ADDED: Omit<AccountSettings['policy'], 'deletes' | 'tier' | 'tags' | 'acl'> = {
  foreign: 'keep',
  declaredMd5: 'ignore',
};

/**
 * The settings that all workers of a mirror should share: what they copy, delete and claim. Left out are connections, which
 * may hold secrets and are given in two ways, and what each worker may have for itself, such as its limits and its log.
 */
const SHARED: Readonly<Record<string, (settings: Settings) => unknown>> = {
  BLOBMIRROR_TWO_WAY: ({ twoWay }) => twoWay,
  BLOBMIRROR_INCLUDE_CONTAINERS: ({ scope }) => scope.containers.include,
  BLOBMIRROR_EXCLUDE_CONTAINERS: ({ scope }) => scope.containers.exclude,
  BLOBMIRROR_INCLUDE_PATHS: ({ scope }) => scope.paths.include,
  BLOBMIRROR_EXCLUDE_PATHS: ({ scope }) => scope.paths.exclude,
  BLOBMIRROR_INCLUDE_PATTERNS: ({ scope }) => scope.patterns.include,
  BLOBMIRROR_EXCLUDE_PATTERNS: ({ scope }) => scope.patterns.exclude,
  BLOBMIRROR_CONTAINER_MAP: ({ scope }) => scope.names.map,
  BLOBMIRROR_BACKUP_CONTAINER_PREFIX: ({ scope }) => scope.names.prefix,
  BLOBMIRROR_EVENT_GRID_DEAD_LETTERS: ({ state }) => state.eventGridDeadLetters ?? null,
  BLOBMIRROR_DELETES: ({ policy }) => policy.deletes,
  BLOBMIRROR_FOREIGN: ({ policy }) => policy.foreign,
  BLOBMIRROR_HISTORY: ({ history }) => history?.days ?? null,
  BLOBMIRROR_DECLARED_MD5: ({ policy }) => policy.declaredMd5,
  BLOBMIRROR_TIER: ({ policy }) => policy.tier,
  BLOBMIRROR_TAGS: ({ policy }) => policy.tags,
  BLOBMIRROR_ACL: ({ policy }) => policy.acl,
  BLOBMIRROR_NAMESPACE: ({ namespace }) => namespace,
  BLOBMIRROR_VERIFY: ({ copy }) => copy.verify,
  BLOBMIRROR_RECONCILE_SCHEDULE: ({ reconcile }) => reconcile.schedule ?? null,
  BLOBMIRROR_DELETE_GUARD_PERCENT: ({ reconcile }) => reconcile.deleteGuard.percent,
  BLOBMIRROR_DELETE_GUARD_COUNT: ({ reconcile }) => reconcile.deleteGuard.count,
  BLOBMIRROR_LOOK_AGAIN: ({ watch }) => watch.firstPauseMs,
  BLOBMIRROR_CANARY: ({ recovery }) => recovery.canary !== undefined,
  BLOBMIRROR_CANARY_CONTAINER: ({ scope }) => scope.canaries?.container ?? null,
  BLOBMIRROR_HEALTH_LIVE_MINUTES: ({ recovery }) => recovery.liveWithinMs,
  BLOBMIRROR_HEALTH_UNPROTECTED_MINUTES: ({ recovery }) => recovery.unprotectedWithinMs,
  BLOBMIRROR_HEALTH_PROVEN_PERIODS: ({ recovery, reconcile: { schedule } }) =>
    schedule === undefined ? null : (recovery.provenWithinMs ?? 0) / longestGapMs(schedule),
};

/** A digest of each of them by its name, so that workers can tell which of them differ without telling what they are. */
export function settingDigests(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(SHARED).map(([name, of]) => [name, digest(of(settings))]));
}
