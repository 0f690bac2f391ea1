import { isDeepStrictEqual } from 'node:util';
import {
  BACKUP_ONLY,
  BOTH_PRESENT,
  type BackupState,
  type Decision,
  type MissingAccess,
  type Ownership,
  SOURCE_ONLY,
  type MirrorAccounts,
  type SourceState,
} from './decision.ts';
import type { MirrorContext } from './mirror-context.ts';
import type { Policy } from './policy.ts';
import { isSameAccess } from '../model/access.ts';
import {
  ABSENT,
  type BlobAbsent,
  type BlobPresent,
  type DirectoryPresent,
  type Reading,
  isDirectory,
  isOnTier,
  isSameContent,
} from '../model/reading.ts';
import { type Stamp, addStamp, fitsIntoMetadata } from '../model/stamp.ts';

/** The names of the two accounts, as stamps hold them. */
export function accountsOf({ source, backup, tree }: MirrorContext): MirrorAccounts {
  return { source: source.account, backup: backup.account, isTree: tree !== undefined };
}

/** What to do for a key: a pure function of the two readings and the policy. */
export function decide(accounts: MirrorAccounts, source: Reading, backup: Reading, policy: Policy): Decision {
  if (isDirectory(source) || isDirectory(backup)) return decideDirectory(accounts, source, backup, policy);
  if (source.present && backup.present) return decideBothPresent(accounts, source, backup, policy);
  if (source.present && !backup.present) return decideSourceOnly(accounts, source, backup, policy);
  if (!source.present && backup.present) {
    const move = BACKUP_ONLY[source.container][policy.deletes][effectiveOwnership(accounts, backup, policy)];
    return move === 'delete' ? { action: 'delete', ifMatch: backup.etag } : { action: 'skip', reason: move };
  }
  return { action: 'nothing' };
}

function decideBothPresent(
  accounts: MirrorAccounts,
  source: BlobPresent,
  backup: BlobPresent,
  policy: Policy,
): Decision {
  const move =
    BOTH_PRESENT[sourceState(accounts, source, backup)][backupState(accounts, source, backup, policy)];
  switch (move) {
    case 'nothing':
      return decideInStep(source, backup, policy);
    case 'copy':
      return {
        action: 'copy',
        source,
        condition: { ifMatch: backup.etag },
        ...(isSameContent(source, backup) === true && { likelySame: true }),
        ...(isForeign(ownershipOf(accounts, backup)) && { isOverForeign: true }),
        ...withMissing(policy, source, backup),
      };
    case 'restamp':
      return { action: 'restamp', source, backup };
    case 'replace':
      // The copy is staged at another path, so it does not inherit the access of the blob that it replaces.
      return { action: 'replace', source, ifMatch: backup.etag, ...withMissing(policy, source, ABSENT) };
    case 'wait':
      return { action: 'wait' };
    default:
      return { action: 'skip', reason: move };
  }
}

/** Tier, access and tags: no ETag covers them. */
export function decideInStep(source: BlobPresent, backup: BlobPresent, policy: Policy): Decision {
  const tier = wantedTier(policy, source);
  if (tier !== undefined && !isOnTier(backup, tier)) return { action: 'set-tier', tier };
  const missing = missingAccess(policy, source, backup);
  if (missing !== undefined) return { action: 'set-access', ...missing };
  const tagged = (source.tagCount ?? 0) > 0 || (backup.tagCount ?? 0) > 0;
  return policy.tags === 'mirror' && tagged ? { action: 'compare-tags' } : { action: 'nothing' };
}

function decideSourceOnly(
  accounts: MirrorAccounts,
  source: BlobPresent,
  backup: BlobAbsent,
  policy: Policy,
): Decision {
  const move = SOURCE_ONLY[stateAlone(accounts, source)];
  if (move !== 'copy') return { action: 'skip', reason: move };
  return {
    action: 'copy',
    condition: { nothingThere: true },
    source,
    ...withMissing(policy, source, backup),
  };
}

/** At least one account has a directory. A blob in its place, or it in place of a blob, is deleted by the rules of a delete. */
function decideDirectory(
  accounts: MirrorAccounts,
  source: Reading,
  backup: Reading,
  policy: Policy,
): Decision {
  if (isDirectory(source)) {
    if (isDirectory(backup)) return decideBothDirectories(source, backup, policy);
    if (backup.present) return decideFileInTheWay(accounts, backup, policy);
    return { action: 'make-directory', source, ...withMissing(policy, source, backup) };
  }
  if (!isDirectory(backup)) return { action: 'nothing' };
  if (source.present) {
    const move = SOURCE_ONLY[stateAlone(accounts, source)];
    return move === 'copy'
      ? { action: 'clear-directory', source, ifMatch: backup.etag, ...withMissing(policy, source, ABSENT) }
      : { action: 'skip', reason: move };
  }
  // A directory has no stamp: before it is deleted, the files below it must prove to be ours.
  const move = BACKUP_ONLY[source.container][policy.deletes].ours;
  return move === 'delete'
    ? { action: 'remove-directory', ifMatch: backup.etag }
    : { action: 'skip', reason: move };
}

/** Compared as they are: a directory has no stamp, and the ETags of two accounts are unrelated. */
function decideBothDirectories(source: DirectoryPresent, backup: DirectoryPresent, policy: Policy): Decision {
  if (!isDeepStrictEqual(source.metadata, backup.metadata))
    return { action: 'set-directory-metadata', source, ifMatch: backup.etag };
  const missing = missingAccess(policy, source, backup);
  return missing === undefined
    ? { action: 'nothing', isDirectory: true }
    : { action: 'set-access', ...missing, isDirectory: true };
}

/** The source has a directory where the backup has a file. */
function decideFileInTheWay(accounts: MirrorAccounts, backup: BlobPresent, policy: Policy): Decision {
  const ownership = effectiveOwnership(accounts, backup, policy);
  if (isForeign(ownership)) return { action: 'skip', reason: 'backup-in-the-way' };
  const move = BACKUP_ONLY.exists.mirror[ownership];
  return move === 'delete'
    ? { action: 'delete-other-kind', ifMatch: backup.etag }
    : { action: 'skip', reason: move };
}

/** The tier that a copy of this blob should have; undefined for the account's default. */
export function wantedTier({ tier }: Policy, source: BlobPresent): string | undefined {
  if (source.kind !== 'block' || tier === 'none') return undefined;
  return tier === 'same' ? source.tier : tier;
}

/** The access that the backup lacks; undefined if both agree, or access is not mirrored or not known. */
export function missingAccess(
  policy: Policy,
  { access }: BlobPresent | DirectoryPresent,
  backup: Reading,
): MissingAccess | undefined {
  if (policy.acl === 'off' || access === undefined) return undefined;
  if (!backup.present) return { access };
  const { access: there } = backup;
  return isSameAccess(access, there) ? undefined : { access, ...(there !== undefined && { there }) };
}

/** The same as a part of a decision. */
export function withMissing(...args: Parameters<typeof missingAccess>): {
  readonly missing?: MissingAccess;
} {
  const missing = missingAccess(...args);
  return missing === undefined ? {} : { missing };
}

function sourceState(accounts: MirrorAccounts, source: BlobPresent, backup: BlobPresent): SourceState {
  const state = stateAlone(accounts, source);
  return state === 'stray-replica' && source.stamp?.etag === backup.etag ? 'replica' : state;
}

/** Whatever the backup has. */
function stateAlone(accounts: MirrorAccounts, source: BlobPresent): Exclude<SourceState, 'replica'> {
  if (source.stamp?.account === accounts.backup) return 'stray-replica';
  if (source.pendingCopy !== undefined) return 'copy-pending';
  return source.archived ? 'archived' : 'copyable';
}

function backupState(
  accounts: MirrorAccounts,
  source: BlobPresent,
  backup: BlobPresent,
  { declaredMd5 }: Pick<Policy, 'declaredMd5'>,
): BackupState {
  if (ownershipOf(accounts, backup) === 'of-another-source') return 'of-another-source';
  // The length proves only that a copy was not whole: a stamp on other bytes proves nothing.
  if (isMadeFrom(accounts, backup.stamp, source) && backup.size === source.size) return 'in-step';
  if (isMadeFrom(accounts, backup.pendingCopy?.stamp, source)) return 'arriving';
  if (mayStillBeWritten(accounts, source) && backup.size > 0) return 'fuller-than-a-stage';
  if (backup.kind !== source.kind) return backup.isVersioned ? 'other-kind-versioned' : 'other-kind';
  if (backup.archived) return 'stale-archived';
  const isSame = declaredMd5 === 'trust' && isSameContent(source, backup) === true;
  return isSame ? 'same-content' : 'stale';
}

/** Whether a stamp names this version of the source. */
export function isMadeFrom(accounts: MirrorAccounts, stamp: Stamp | undefined, source: BlobPresent): boolean {
  return stamp?.etag === source.etag && stamp.account === accounts.source;
}

/**
 * How long an empty blob may be the first stage of a write, in milliseconds. An upload to a Data Lake account creates an
 * empty file, sends the content and flushes it at the end, perhaps an hour later and without an event
 * (Azure/azure-sdk-for-java#26742). An append blob begins empty too.
 */
export const EMPTY_STAGE_MS = 3_600_000;

/** Whether the source is empty and its writer may still be writing: by the service's clock, or if that is not known. */
function mayStillBeWritten(
  { isTree }: MirrorAccounts,
  { kind, size, lastModified, readAt }: BlobPresent,
): boolean {
  if (size > 0 || kind === 'page' || (kind === 'block' && isTree !== true)) return false;
  return readAt === undefined || readAt.getTime() - lastModified.getTime() < EMPTY_STAGE_MS;
}

/**
 * Who owns a backup blob. Ours has a stamp that names our source, or the mark of a copy of ours that is pending or
 * unfinished. Several sources may share a backup account, each under container names of its own.
 */
export function ownershipOf({ source: account }: MirrorAccounts, backup: BlobPresent): Ownership {
  const owner = (backup.stamp ?? backup.pendingCopy?.stamp ?? backup.unfinishedCopy?.stamp)?.account;
  if (owner !== undefined) return owner === account ? 'ours' : 'of-another-source';
  const { metadata, etag, lastModified } = backup;
  return fitsIntoMetadata(addStamp(metadata, { account, etag, lastModified }))
    ? 'foreign'
    : 'foreign-no-room';
}

/** The same, but foreign counts as ours if the user permits deleting it. */
function effectiveOwnership(
  accounts: MirrorAccounts,
  backup: BlobPresent,
  { foreign }: Pick<Policy, 'foreign'>,
): Ownership {
  const ownership = ownershipOf(accounts, backup);
  return foreign === 'delete' && isForeign(ownership) ? 'ours' : ownership;
}

export function isForeign(ownership: Ownership): boolean {
  return ownership === 'foreign' || ownership === 'foreign-no-room';
}
