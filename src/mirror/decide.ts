import type { Etag } from '../model/etag.js';
import type { BlobAbsent, BlobPresent, Reading } from '../model/reading.js';
import { isSameContent } from '../model/same-content.js';
import type { SkipReason } from '../model/verdict.js';
import type { WriteCondition } from '../ports/backup-store.js';
import { type Policy, wantedTier } from './policy.js';

/** What is to be done for a key, with the precondition that it is done under. */
export type Decision =
  | { readonly action: 'nothing' }
  | { readonly action: 'copy'; readonly source: BlobPresent; readonly condition: WriteCondition }
  | { readonly action: 'create-container-and-copy'; readonly source: BlobPresent }
  /** A blob's kind cannot be changed: the backup's goes, and the next round copies. */
  | { readonly action: 'make-way'; readonly ifMatch: Etag }
  | { readonly action: 'restamp'; readonly source: BlobPresent; readonly backup: BlobPresent }
  | { readonly action: 'set-tier'; readonly tier: string }
  | { readonly action: 'compare-tags' }
  /** An asynchronous copy of this very version is under way. */
  | { readonly action: 'wait' }
  | { readonly action: 'delete'; readonly ifMatch: Etag }
  | { readonly action: 'skip'; readonly reason: SkipReason };

/** The accounts on both sides: stamps name them. */
export interface Sides {
  readonly source: string;
  readonly backup: string;
}

/** What a source that is there can be, as far as a decision depends on it. */
type SourceState = 'copyable' | 'archived' | 'replica';
/** What a backup that is there can be, seen from a source that is there. */
type BackupState = 'in-step' | 'same-content' | 'stale' | 'arriving' | 'other-kind' | 'of-another-source';

/**
 * Both sides are there. The type asks for every cell. The stamp alone tells whether a key is in step (invariant 6).
 */
export const BOTH_PRESENT: Readonly<
  Record<
    SourceState,
    Readonly<Record<BackupState, 'nothing' | 'copy' | 'restamp' | 'make-way' | 'wait' | SkipReason>>
  >
> = {
  copyable: {
    'in-step': 'nothing',
    'same-content': 'restamp',
    stale: 'copy',
    arriving: 'wait',
    'other-kind': 'make-way',
    'of-another-source': 'backup-of-another-source',
  },
  archived: {
    'in-step': 'nothing',
    'same-content': 'restamp',
    stale: 'source-archived',
    arriving: 'wait',
    'other-kind': 'source-archived',
    'of-another-source': 'backup-of-another-source',
  },
  replica: {
    'in-step': 'replica-of-the-backup',
    'same-content': 'replica-of-the-backup',
    stale: 'replica-of-the-backup',
    arriving: 'replica-of-the-backup',
    'other-kind': 'replica-of-the-backup',
    'of-another-source': 'replica-of-the-backup',
  },
};

/** Only the source is there. */
export const SOURCE_ONLY: Readonly<Record<SourceState, 'copy' | SkipReason>> = {
  copyable: 'copy',
  archived: 'source-archived',
  replica: 'replica-of-the-backup',
};

/** Only the backup is there. A container that is gone is no proof that its blobs were deleted (invariant 7). */
export const BACKUP_ONLY: Readonly<
  Record<BlobAbsent['container'], Readonly<Record<Policy['deletes'], 'delete' | SkipReason>>>
> = {
  exists: { mirror: 'delete', keep: 'deletes-are-kept' },
  missing: { mirror: 'source-container-missing', keep: 'source-container-missing' },
};

/** A pure function of the two readings and the policy. */
export function decide(sides: Sides, source: Reading, backup: Reading, policy: Policy): Decision {
  if (source.present && backup.present) return decideBothPresent(sides, source, backup, policy);
  if (source.present && !backup.present) return decideSourceOnly(sides, source, backup);
  if (!source.present && backup.present) {
    // What this source does not have says nothing about the one that the blob was mirrored from.
    if (isOfAnotherSource(sides, backup)) return { action: 'skip', reason: 'backup-of-another-source' };
    const move = BACKUP_ONLY[source.container][policy.deletes];
    return move === 'delete' ? { action: 'delete', ifMatch: backup.etag } : { action: 'skip', reason: move };
  }
  return { action: 'nothing' };
}

function decideBothPresent(sides: Sides, source: BlobPresent, backup: BlobPresent, policy: Policy): Decision {
  const move = BOTH_PRESENT[sourceState(sides, source)][backupState(sides, source, backup)];
  switch (move) {
    case 'nothing':
      return decideInStep(source, backup, policy);
    case 'copy':
      return { action: 'copy', source, condition: { ifMatch: backup.etag } };
    case 'restamp':
      return { action: 'restamp', source, backup };
    case 'make-way':
      return { action: 'make-way', ifMatch: backup.etag };
    case 'wait':
      return { action: 'wait' };
    default:
      return { action: 'skip', reason: move };
  }
}

/** What an ETag does not stand for: tier and tags. */
export function decideInStep(source: BlobPresent, backup: BlobPresent, policy: Policy): Decision {
  const tier = wantedTier(policy, source);
  if (tier !== undefined && tier !== backup.tier) return { action: 'set-tier', tier };
  const tagged = (source.tagCount ?? 0) > 0 || (backup.tagCount ?? 0) > 0;
  return policy.tags === 'mirror' && tagged ? { action: 'compare-tags' } : { action: 'nothing' };
}

function decideSourceOnly(sides: Sides, source: BlobPresent, backup: BlobAbsent): Decision {
  const move = SOURCE_ONLY[sourceState(sides, source)];
  if (move !== 'copy') return { action: 'skip', reason: move };
  return backup.container === 'exists'
    ? { action: 'copy', source, condition: { nothingThere: true } }
    : { action: 'create-container-and-copy', source };
}

function sourceState(sides: Sides, source: BlobPresent): SourceState {
  if (source.stamp?.account === sides.backup) return 'replica';
  return source.archived ? 'archived' : 'copyable';
}

/** Several sources may share a backup account, each under container names of its own; where names meet, nobody gives way. */
function isOfAnotherSource(sides: Sides, { stamp, pendingCopy }: BlobPresent): boolean {
  const account = (stamp ?? pendingCopy?.stamp)?.account;
  return account !== undefined && account !== sides.source;
}

function backupState(sides: Sides, source: BlobPresent, backup: BlobPresent): BackupState {
  const { source: account } = sides;
  if (isOfAnotherSource(sides, backup)) return 'of-another-source';
  const mirrors = (stamp: BlobPresent['stamp']): boolean =>
    stamp?.etag === source.etag && stamp.account === account;
  if (mirrors(backup.stamp)) return 'in-step';
  if (mirrors(backup.pendingCopy?.stamp)) return 'arriving';
  if (backup.kind !== source.kind) return 'other-kind';
  // Headers and metadata of a blob in the archive tier cannot be changed, so that one is copied anew.
  return isSameContent(source, backup) === true && !backup.archived ? 'same-content' : 'stale';
}
