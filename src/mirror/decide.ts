import type { Etag } from '../model/etag.js';
import type { BlobAbsent, BlobPresent, Reading } from '../model/reading.js';
import type { SkipReason } from '../model/verdict.js';
import type { WriteCondition } from '../ports/backup-store.js';

/** What the user chose. */
export interface Policy {
  /** What becomes of a backup blob whose source is proven to be gone. */
  readonly deletes: 'mirror' | 'keep';
}

/** What is to be done for a key, with the precondition that it is done under. */
export type Decision =
  | { readonly action: 'nothing' }
  | { readonly action: 'copy'; readonly source: BlobPresent; readonly condition: WriteCondition }
  | { readonly action: 'create-container-and-copy'; readonly source: BlobPresent }
  | { readonly action: 'restamp'; readonly source: BlobPresent; readonly backup: BlobPresent }
  | { readonly action: 'delete'; readonly ifMatch: Etag }
  | { readonly action: 'skip'; readonly reason: SkipReason };

/** The largest blob that Put Blob From URL takes: learn.microsoft.com/rest/api/storageservices/put-blob-from-url */
const LARGEST_COPY = 5000 * 1024 * 1024;

/** What a source that is there can be, as far as a decision depends on it. */
type SourceState = 'copyable' | 'archived' | 'other-kind' | 'too-large';
/** What a backup that is there can be, seen from a source that is there. */
type BackupState = 'in-step' | 'same-content' | 'stale';

/**
 * Both sides are there. The type asks for every cell. The stamp alone tells whether a key is in step (invariant 6),
 * whatever else is the matter with the source.
 */
export const BOTH_PRESENT: Readonly<
  Record<SourceState, Readonly<Record<BackupState, 'nothing' | 'copy' | 'restamp' | SkipReason>>>
> = {
  copyable: { 'in-step': 'nothing', 'same-content': 'restamp', stale: 'copy' },
  archived: { 'in-step': 'nothing', 'same-content': 'restamp', stale: 'source-archived' },
  'other-kind': { 'in-step': 'nothing', 'same-content': 'kind-not-supported', stale: 'kind-not-supported' },
  'too-large': { 'in-step': 'nothing', 'same-content': 'restamp', stale: 'too-large' },
};

/** Only the source is there. */
export const SOURCE_ONLY: Readonly<Record<SourceState, 'copy' | SkipReason>> = {
  copyable: 'copy',
  archived: 'source-archived',
  'other-kind': 'kind-not-supported',
  'too-large': 'too-large',
};

/** Only the backup is there. A container that is gone is no proof that its blobs were deleted (invariant 7). */
export const BACKUP_ONLY: Readonly<
  Record<BlobAbsent['container'], Readonly<Record<Policy['deletes'], 'delete' | SkipReason>>>
> = {
  exists: { mirror: 'delete', keep: 'deletes-are-kept' },
  missing: { mirror: 'source-container-missing', keep: 'source-container-missing' },
};

/** A pure function of the two readings and the policy. `sourceAccount` is the account that a stamp must name. */
export function decide(sourceAccount: string, source: Reading, backup: Reading, policy: Policy): Decision {
  if (source.present && backup.present) return decideBothPresent(sourceAccount, source, backup);
  if (source.present && !backup.present) return decideSourceOnly(source, backup);
  if (!source.present && backup.present) {
    const move = BACKUP_ONLY[source.container][policy.deletes];
    return move === 'delete' ? { action: 'delete', ifMatch: backup.etag } : { action: 'skip', reason: move };
  }
  return { action: 'nothing' };
}

function decideBothPresent(sourceAccount: string, source: BlobPresent, backup: BlobPresent): Decision {
  const move = BOTH_PRESENT[sourceState(source)][backupState(sourceAccount, source, backup)];
  switch (move) {
    case 'nothing':
      return { action: 'nothing' };
    case 'copy':
      return { action: 'copy', source, condition: { ifMatch: backup.etag } };
    case 'restamp':
      return { action: 'restamp', source, backup };
    default:
      return { action: 'skip', reason: move };
  }
}

function decideSourceOnly(source: BlobPresent, backup: BlobAbsent): Decision {
  const move = SOURCE_ONLY[sourceState(source)];
  if (move !== 'copy') return { action: 'skip', reason: move };
  return backup.container === 'exists'
    ? { action: 'copy', source, condition: { nothingThere: true } }
    : { action: 'create-container-and-copy', source };
}

function sourceState(source: BlobPresent): SourceState {
  if (source.kind !== 'block') return 'other-kind';
  if (source.archived) return 'archived';
  return source.size > LARGEST_COPY ? 'too-large' : 'copyable';
}

function backupState(sourceAccount: string, source: BlobPresent, backup: BlobPresent): BackupState {
  if (backup.stamp?.etag === source.etag && backup.stamp.account === sourceAccount) return 'in-step';
  const contentProven =
    backup.kind === source.kind &&
    backup.size === source.size &&
    source.contentMd5 !== undefined &&
    backup.contentMd5 === source.contentMd5;
  return contentProven ? 'same-content' : 'stale';
}
