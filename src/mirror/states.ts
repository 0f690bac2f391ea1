import { isSameAccess } from '../model/access.ts';
import type { BlobPresent, DirectoryPresent, Reading } from '../model/reading.ts';
import { isSameContent } from '../model/same-content.ts';
import type { Stamp } from '../model/stamp.ts';
import type { MissingAccess, Sides } from './decision.ts';
import type { BackupState, SourceState } from './decision-tables.ts';
import { ownershipOf } from './ownership.ts';
import type { Policy } from './policy.ts';

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
  if (source.pendingCopy !== undefined) return 'copy-pending';
  return source.archived ? 'archived' : 'copyable';
}

export function backupState(
  sides: Sides,
  source: BlobPresent,
  backup: BlobPresent,
  { declaredMd5 }: Pick<Policy, 'declaredMd5'>,
): BackupState {
  if (ownershipOf(sides, backup) === 'of-another-source') return 'of-another-source';
  // The length is no proof of anything but that a copy was not whole: a stamp on other bytes says nothing.
  if (isMadeFrom(sides, backup.stamp, source) && backup.size === source.size) return 'in-step';
  if (isMadeFrom(sides, backup.pendingCopy?.stamp, source)) return 'arriving';
  if (isFreshStage(sides, source) && backup.size > 0) return 'fuller-than-a-stage';
  if (backup.kind !== source.kind) return backup.isVersioned ? 'other-kind-versioned' : 'other-kind';
  if (backup.archived) return 'stale-archived';
  const isSame = declaredMd5 === 'trust' && isSameContent(source, backup) === true;
  return isSame ? 'same-content' : 'stale';
}

/** Whether a stamp names the very version of the source. */
export function isMadeFrom(sides: Sides, stamp: Stamp | undefined, source: BlobPresent): boolean {
  return stamp?.etag === source.etag && stamp.account === sides.source;
}

/**
 * For how long an empty blob may be the first stage of a write, in milliseconds. An upload to a Data Lake account makes
 * an empty file, sends the content and flushes it at the end, perhaps an hour later and without an event
 * (Azure/azure-sdk-for-java#26742); an append blob begins empty, too.
 */
export const STAGE_MS = 3_600_000;

/** Whether the source is empty and its writer may be at work: by the service's own clock, or where that is not known. */
function isFreshStage({ isTree }: Sides, { kind, size, lastModified, readAt }: BlobPresent): boolean {
  if (size > 0 || kind === 'page' || (kind === 'block' && isTree !== true)) return false;
  return readAt === undefined || readAt.getTime() - lastModified.getTime() < STAGE_MS;
}
