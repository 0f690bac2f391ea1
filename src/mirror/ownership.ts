import { addStamp, fitsIntoMetadata } from '../model/stamp.ts';
import type { BlobPresent } from '../model/reading.ts';
import type { Sides } from './decision.ts';
import type { Ownership } from './decision-tables.ts';
import type { Policy } from './policy.ts';

/**
 * Whose a backup blob is. Ours bears a stamp that names our source, or the mark of a copy of ours that is under way or
 * was left. Several sources may share a backup account, each under container names of its own.
 */
export function ownershipOf({ source: account }: Sides, backup: BlobPresent): Ownership {
  const owner = (backup.stamp ?? backup.pendingCopy?.stamp ?? backup.unfinishedCopy?.stamp)?.account;
  if (owner !== undefined) return owner === account ? 'ours' : 'of-another-source';
  const { metadata, etag, lastModified } = backup;
  return fitsIntoMetadata(addStamp(metadata, { account, etag, lastModified }))
    ? 'foreign'
    : 'foreign-no-room';
}

/** The same where the user lets what is foreign go: then nothing parts it from what is ours. */
export function effectiveOwnership(
  sides: Sides,
  backup: BlobPresent,
  { foreign }: Pick<Policy, 'foreign'>,
): Ownership {
  const ownership = ownershipOf(sides, backup);
  return foreign === 'delete' && isForeign(ownership) ? 'ours' : ownership;
}

export function isForeign(ownership: Ownership): boolean {
  return ownership === 'foreign' || ownership === 'foreign-no-room';
}
