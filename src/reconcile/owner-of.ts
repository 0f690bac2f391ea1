import type { Ownership } from '../mirror/decision-tables.ts';
import { ownershipOf } from '../mirror/ownership.ts';
import type { ListedBlob } from '../ports/blob-reader.ts';
import type { Sides } from './sides.ts';

/** Whose a blob of the backup is, as far as its listing tells. It keeps a blob, or nominates it for a look, and never more. */
export function ownerOf(
  { source, backup }: { readonly [side in 'source' | 'backup']: Pick<Sides[side], 'account'> },
  entry: ListedBlob,
): Ownership {
  const sides = { source: source.account, backup: backup.account };
  if (entry.stamp !== undefined) return entry.stamp.account === sides.source ? 'ours' : 'of-another-source';
  // No stamp may be the mark of a copy that was left: then the entry tells more.
  const reading = entry.reading();
  return reading === undefined ? 'foreign' : ownershipOf(sides, reading);
}
