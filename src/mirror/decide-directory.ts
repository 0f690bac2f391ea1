import { isDeepStrictEqual } from 'node:util';
import {
  ABSENT,
  type BlobPresent,
  type DirectoryPresent,
  isDirectory,
  type Reading,
} from '../model/reading.ts';
import type { Decision, Sides } from './decision.ts';
import { BACKUP_ONLY, SOURCE_ONLY } from './decision-tables.ts';
import { effectiveOwnership, isForeign } from './ownership.ts';
import type { Policy } from './policy.ts';
import { missingAccess, sourceState, withMissing } from './states.ts';

/** Where at least one of the sides has a directory. What stands in its place, or it in, goes by the proofs of a delete. */
export function decideDirectory(sides: Sides, source: Reading, backup: Reading, policy: Policy): Decision {
  if (isDirectory(source)) {
    if (isDirectory(backup)) return decideBothDirectories(source, backup, policy);
    if (backup.present) return decideFileInTheWay(sides, backup, policy);
    return { action: 'make-directory', source, ...withMissing(policy, source, backup) };
  }
  if (!isDirectory(backup)) return { action: 'nothing' };
  if (source.present) {
    const move = SOURCE_ONLY[sourceState(sides, source)];
    return move === 'copy'
      ? { action: 'clear-directory', source, ifMatch: backup.etag, ...withMissing(policy, source, ABSENT) }
      : { action: 'skip', reason: move };
  }
  // A directory bears no stamp. Whether it is ours depends on what is below it, and is seen to before it goes.
  const move = BACKUP_ONLY[source.container][policy.deletes].ours;
  return move === 'delete'
    ? { action: 'remove-directory', ifMatch: backup.etag }
    : { action: 'skip', reason: move };
}

/** A directory bears no stamp, so the two are compared as they are. Their ETags tell nothing of each other. */
function decideBothDirectories(source: DirectoryPresent, backup: DirectoryPresent, policy: Policy): Decision {
  if (!isDeepStrictEqual(source.metadata, backup.metadata))
    return { action: 'set-directory-metadata', source, ifMatch: backup.etag };
  const missing = missingAccess(policy, source, backup);
  return missing === undefined
    ? { action: 'nothing', isDirectory: true }
    : { action: 'set-access', ...missing, isDirectory: true };
}

/** The source lacks the file, since it has a directory there. */
function decideFileInTheWay(sides: Sides, backup: BlobPresent, policy: Policy): Decision {
  const ownership = effectiveOwnership(sides, backup, policy);
  if (isForeign(ownership)) return { action: 'skip', reason: 'backup-in-the-way' };
  const move = BACKUP_ONLY.exists.mirror[ownership];
  return move === 'delete' ? { action: 'make-way', ifMatch: backup.etag } : { action: 'skip', reason: move };
}
