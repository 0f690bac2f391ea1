import type { Policy } from './policy.ts';
import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { BlobAbsent, BlobPresent, DirectoryPresent } from '../model/reading.ts';
import type { SkipReason } from '../model/verdict.ts';
import type { WriteCondition } from '../ports/write-outcome.ts';

/** What is to be done for a key, with the precondition that it is done under. */
export type Decision =
  | { readonly action: 'nothing'; readonly isDirectory?: true }
  /**
   * `likelySame`: size and declared MD5 are those of the backup, which proves nothing.
   * `missing` is the access that the copy does not bring with it and the backup does not have; so below.
   */
  | ({ readonly action: 'copy'; readonly condition: WriteCondition; readonly likelySame?: true } & SourceCopy)
  /**
   * What cannot be overwritten, a blob of another kind or in the archive tier: the new version is brought to the account
   * first, then the old one goes and the new one takes its place.
   */
  | ({ readonly action: 'replace'; readonly ifMatch: Etag } & SourceCopy)
  /** A file where the source has a directory: it goes, and the next round makes that. */
  | { readonly action: 'delete-other-kind'; readonly ifMatch: Etag }
  | { readonly action: 'restamp'; readonly source: BlobPresent; readonly backup: BlobPresent }
  | { readonly action: 'set-tier'; readonly tier: string }
  | { readonly action: 'compare-tags' }
  /** An asynchronous copy of this very version is under way. */
  | { readonly action: 'wait' }
  | { readonly action: 'delete'; readonly ifMatch: Etag }
  | ({ readonly action: 'set-access'; readonly isDirectory?: true } & MissingAccess)
  | DirectoryDecision
  | { readonly action: 'skip'; readonly reason: SkipReason };

/** Access that the backup lacks, and what it has instead. */
export interface MissingAccess {
  readonly access: Access;
  readonly there?: Access;
}

interface SourceCopy {
  readonly source: BlobPresent;
  readonly missing?: MissingAccess;
}

export interface MadeDirectory {
  readonly source: DirectoryPresent;
  readonly missing?: MissingAccess;
}

/** Where one of the accounts is, or was, a directory. */
export type DirectoryDecision =
  | ({ readonly action: 'make-directory' } & MadeDirectory)
  | { readonly action: 'set-directory-metadata'; readonly source: DirectoryPresent; readonly ifMatch: Etag }
  /** The source has a file where the backup has a directory: replaced likewise. */
  | ({ readonly action: 'clear-directory'; readonly ifMatch: Etag } & SourceCopy)
  | { readonly action: 'remove-directory'; readonly ifMatch: Etag };

/** The accounts on both accounts: stamps name them. */
export interface MirrorAccounts {
  readonly source: string;
  readonly backup: string;
  /** Both are hierarchical. */
  readonly isTree?: boolean;
}

/** What a source that is there can be, as far as a decision depends on it. */
export type SourceState = 'copyable' | 'archived' | 'copy-pending' | 'replica';
/** What a backup that is there can be, seen from a source that is there. */
export type BackupState =
  | 'in-step'
  | 'same-content'
  | 'stale'
  /** In the archive tier, where nothing overwrites it. */
  | 'stale-archived'
  /** It has content, and the source has just been made empty. */
  | 'fuller-than-a-stage'
  | 'arriving'
  | 'other-kind'
  /** The same where the account keeps versions, which are all of one kind. */
  | 'other-kind-versioned'
  | 'of-another-source';

/** Whose a backup blob is: what bears no stamp of ours, nor the mark of an unfinished copy, is foreign. */
export type Ownership = 'ours' | 'foreign' | 'foreign-no-room' | 'of-another-source';

/**
 * Both accounts are there. The type asks for every cell. The stamp alone tells whether a key is in step (invariant 6).
 */
export const BOTH_PRESENT: Readonly<
  Record<
    SourceState,
    Readonly<Record<BackupState, 'nothing' | 'copy' | 'restamp' | 'replace' | 'wait' | SkipReason>>
  >
> = {
  copyable: {
    'in-step': 'nothing',
    'same-content': 'restamp',
    stale: 'copy',
    'stale-archived': 'replace',
    'fuller-than-a-stage': 'source-still-written',
    arriving: 'wait',
    'other-kind': 'replace',
    'other-kind-versioned': 'backup-versions-of-another-kind',
    'of-another-source': 'backup-of-another-source',
  },
  archived: {
    'in-step': 'nothing',
    'same-content': 'restamp',
    stale: 'source-archived',
    'stale-archived': 'source-archived',
    'fuller-than-a-stage': 'source-archived',
    arriving: 'wait',
    'other-kind': 'source-archived',
    'other-kind-versioned': 'source-archived',
    'of-another-source': 'backup-of-another-source',
  },
  'copy-pending': {
    'in-step': 'nothing',
    'same-content': 'source-copy-pending',
    stale: 'source-copy-pending',
    'stale-archived': 'source-copy-pending',
    'fuller-than-a-stage': 'source-copy-pending',
    arriving: 'source-copy-pending',
    'other-kind': 'source-copy-pending',
    'other-kind-versioned': 'source-copy-pending',
    'of-another-source': 'backup-of-another-source',
  },
  replica: {
    'in-step': 'replica-of-the-backup',
    'same-content': 'replica-of-the-backup',
    stale: 'replica-of-the-backup',
    'stale-archived': 'replica-of-the-backup',
    'fuller-than-a-stage': 'replica-of-the-backup',
    arriving: 'replica-of-the-backup',
    'other-kind': 'replica-of-the-backup',
    'other-kind-versioned': 'replica-of-the-backup',
    'of-another-source': 'replica-of-the-backup',
  },
};

/** Only the source is there. */
export const SOURCE_ONLY: Readonly<Record<SourceState, 'copy' | SkipReason>> = {
  copyable: 'copy',
  archived: 'source-archived',
  'copy-pending': 'source-copy-pending',
  replica: 'replica-of-the-backup',
};

/**
 * Only the backup is there. A container that is gone is no proof that its blobs were deleted (invariant 7), and what we
 * did not put there is not ours to delete (invariant 14).
 */
export const BACKUP_ONLY: Readonly<
  Record<
    BlobAbsent['container'],
    Readonly<Record<Policy['deletes'], Readonly<Record<Ownership, 'delete' | SkipReason>>>>
  >
> = {
  exists: {
    mirror: {
      ours: 'delete',
      foreign: 'backup-foreign',
      'foreign-no-room': 'backup-foreign-no-room',
      'of-another-source': 'backup-of-another-source',
    },
    keep: {
      ours: 'deletes-are-kept',
      foreign: 'deletes-are-kept',
      'foreign-no-room': 'deletes-are-kept',
      'of-another-source': 'backup-of-another-source',
    },
  },
  missing: {
    mirror: {
      ours: 'source-container-missing',
      foreign: 'source-container-missing',
      'foreign-no-room': 'source-container-missing',
      'of-another-source': 'backup-of-another-source',
    },
    keep: {
      ours: 'source-container-missing',
      foreign: 'source-container-missing',
      'foreign-no-room': 'source-container-missing',
      'of-another-source': 'backup-of-another-source',
    },
  },
};
