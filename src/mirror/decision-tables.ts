import type { BlobAbsent } from '../model/reading.js';
import type { SkipReason } from '../model/verdict.js';
import type { Policy } from './policy.js';

/** What a source that is there can be, as far as a decision depends on it. */
export type SourceState = 'copyable' | 'archived' | 'replica';
/** What a backup that is there can be, seen from a source that is there. */
export type BackupState =
  'in-step' | 'same-content' | 'stale' | 'arriving' | 'other-kind' | 'of-another-source';

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
