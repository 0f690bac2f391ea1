import { isSameAccess } from '../model/access.js';
import type { BlobPresent, DirectoryPresent, Reading } from '../model/reading.js';
import { isSameContent } from '../model/same-content.js';
import type { MissingAccess, Sides } from './decision.js';
import type { BackupState, SourceState } from './decision-tables.js';
import type { Policy } from './policy.js';

/** What the source says of access and the backup does not; undefined where they agree or nothing is said. */
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
export function withMissing(...sides: Parameters<typeof missingAccess>): {
  readonly missing?: MissingAccess;
} {
  const missing = missingAccess(...sides);
  return missing === undefined ? {} : { missing };
}

export function sourceState(sides: Sides, source: BlobPresent): SourceState {
  if (source.stamp?.account === sides.backup) return 'replica';
  return source.archived ? 'archived' : 'copyable';
}

/** Several sources may share a backup account, each under container names of its own; where names meet, nobody gives way. */
export function isOfAnotherSource(sides: Sides, { stamp, pendingCopy }: BlobPresent): boolean {
  const account = (stamp ?? pendingCopy?.stamp)?.account;
  return account !== undefined && account !== sides.source;
}

export function backupState(sides: Sides, source: BlobPresent, backup: BlobPresent): BackupState {
  const { source: account } = sides;
  if (isOfAnotherSource(sides, backup)) return 'of-another-source';
  const mirrors = (stamp: BlobPresent['stamp']): boolean =>
    stamp?.etag === source.etag && stamp.account === account;
  // A stamp on a blob of another size is not believed: a service may have written less than it said.
  if (mirrors(backup.stamp) && backup.size === source.size) return 'in-step';
  if (mirrors(backup.pendingCopy?.stamp)) return 'arriving';
  if (backup.kind !== source.kind) return 'other-kind';
  // Headers and metadata of a blob in the archive tier cannot be changed, so that one is copied anew.
  return isSameContent(source, backup) === true && !backup.archived ? 'same-content' : 'stale';
}
