import type { BlobPresent } from '../model/reading.js';

/** What the user chose. */
export interface Policy {
  /** What becomes of a backup blob whose source is proven to be gone. */
  readonly deletes: 'mirror' | 'keep';
  /** The access tier of the backup's block blobs: as at the source where one was set there, or one tier for all. */
  readonly tier: 'same' | 'Hot' | 'Cool' | 'Cold' | 'Archive';
  /** Whether index tags are mirrored; it takes the right to read them at the source and to write them on the backup. */
  readonly tags: 'mirror' | 'off';
  /** Whether owner, group, permissions and access control lists are mirrored between hierarchical accounts. */
  readonly acl: 'mirror' | 'off';
}

/** The tier that a copy of this blob should have; undefined where the account's default will do. */
export function wantedTier({ tier }: Policy, source: BlobPresent): string | undefined {
  if (source.kind !== 'block') return undefined;
  return tier === 'same' ? source.tier : tier;
}
