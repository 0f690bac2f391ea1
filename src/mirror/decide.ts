import { ABSENT, type BlobAbsent, type BlobPresent, isDirectory, type Reading } from '../model/reading.ts';
import { isSameContent } from '../model/same-content.ts';
import { isOnTier } from '../model/tier.ts';
import { decideDirectory } from './decide-directory.ts';
import type { Decision, Sides } from './decision.ts';
import { BACKUP_ONLY, BOTH_PRESENT, SOURCE_ONLY } from './decision-tables.ts';
import { effectiveOwnership } from './ownership.ts';
import { type Policy, wantedTier } from './policy.ts';
import { backupState, missingAccess, sourceState, withMissing } from './states.ts';

/** A pure function of the two readings and the policy. */
export function decide(sides: Sides, source: Reading, backup: Reading, policy: Policy): Decision {
  if (isDirectory(source) || isDirectory(backup)) return decideDirectory(sides, source, backup, policy);
  if (source.present && backup.present) return decideBothPresent(sides, source, backup, policy);
  if (source.present && !backup.present) return decideSourceOnly(sides, source, backup, policy);
  if (!source.present && backup.present) {
    const move = BACKUP_ONLY[source.container][policy.deletes][effectiveOwnership(sides, backup, policy)];
    return move === 'delete' ? { action: 'delete', ifMatch: backup.etag } : { action: 'skip', reason: move };
  }
  return { action: 'nothing' };
}

function decideBothPresent(sides: Sides, source: BlobPresent, backup: BlobPresent, policy: Policy): Decision {
  const move = BOTH_PRESENT[sourceState(sides, source)][backupState(sides, source, backup, policy)];
  switch (move) {
    case 'nothing':
      return decideInStep(source, backup, policy);
    case 'copy':
      return {
        action: 'copy',
        source,
        condition: { ifMatch: backup.etag },
        ...(isSameContent(source, backup) === true && { likelySame: true }),
        ...withMissing(policy, source, backup),
      };
    case 'restamp':
      return { action: 'restamp', source, backup };
    case 'replace':
      // The copy is made at another place, and has no access of the one that it replaces.
      return { action: 'replace', source, ifMatch: backup.etag, ...withMissing(policy, source, ABSENT) };
    case 'wait':
      return { action: 'wait' };
    default:
      return { action: 'skip', reason: move };
  }
}

/** What an ETag does not stand for: tier, access and tags. */
export function decideInStep(source: BlobPresent, backup: BlobPresent, policy: Policy): Decision {
  const tier = wantedTier(policy, source);
  if (tier !== undefined && !isOnTier(backup, tier)) return { action: 'set-tier', tier };
  const missing = missingAccess(policy, source, backup);
  if (missing !== undefined) return { action: 'set-access', ...missing };
  const tagged = (source.tagCount ?? 0) > 0 || (backup.tagCount ?? 0) > 0;
  return policy.tags === 'mirror' && tagged ? { action: 'compare-tags' } : { action: 'nothing' };
}

function decideSourceOnly(sides: Sides, source: BlobPresent, backup: BlobAbsent, policy: Policy): Decision {
  const move = SOURCE_ONLY[sourceState(sides, source)];
  if (move !== 'copy') return { action: 'skip', reason: move };
  return {
    action: 'copy',
    condition: { nothingThere: true },
    source,
    ...withMissing(policy, source, backup),
  };
}
