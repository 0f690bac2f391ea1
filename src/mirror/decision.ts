import type { Policy } from './policy.ts';
import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { BlobAbsent, BlobPresent, DirectoryPresent } from '../model/reading.ts';
import type { SkipReason } from '../model/verdict.ts';
import type { WriteCondition } from '../ports/write-outcome.ts';

/** What to do for a key, with its precondition. */
export type Decision =
  | { readonly action: 'nothing'; readonly isDirectory?: true }
  /**
   * `likelySame`: size and declared MD5 are those of the backup, which proves nothing.
   * `missing`: access that the backup lacks and a copy does not bring; also below.
   */
  | ({
      readonly action: 'copy';
      readonly condition: WriteCondition;
      readonly likelySame?: true;
      /** What is overwritten is not ours: a check that finds the source without it leaves it, and moves no ETag. */
      readonly isOverForeign?: true;
    } & SourceCopy)
  /**
   * For a blob that cannot be overwritten, of another kind or in the archive tier: the new version is staged on the
   * account, the old one is deleted, and the new one takes its place.
   */
  | ({ readonly action: 'replace'; readonly ifMatch: Etag } & SourceCopy)
  /** Deletes a file where the source has a directory; the next round makes the directory. */
  | { readonly action: 'delete-other-kind'; readonly ifMatch: Etag }
  | { readonly action: 'restamp'; readonly source: BlobPresent; readonly backup: BlobPresent }
  | { readonly action: 'set-tier'; readonly tier: string }
  | { readonly action: 'compare-tags' }
  /** An asynchronous copy of this version is pending. */
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

/** One of the accounts has, or had, a directory. */
export type DirectoryDecision =
  | ({ readonly action: 'make-directory' } & MadeDirectory)
  | { readonly action: 'set-directory-metadata'; readonly source: DirectoryPresent; readonly ifMatch: Etag }
  /** The source has a file where the backup has a directory: replaced in the same way. */
  | ({ readonly action: 'clear-directory'; readonly ifMatch: Etag } & SourceCopy)
  | { readonly action: 'remove-directory'; readonly ifMatch: Etag };

/** The names of the two accounts, as stamps hold them. */
export interface MirrorAccounts {
  readonly source: string;
  readonly backup: string;
  /** Both are hierarchical. */
  readonly isTree?: boolean;
}

/** The state of a blob that the source has, as far as a decision depends on it. */
export type SourceState =
  | 'copyable'
  | 'archived'
  | 'copy-pending'
  /** A copy of the backup's blob. */
  | 'replica'
  /** It has the stamp of the backup account, which has another version at this name, or none. */
  | 'stray-replica';
/** The state of a blob that the backup has, compared with the source's. */
export type BackupState =
  | 'in-step'
  | 'same-content'
  | 'stale'
  /** In the archive tier, where nothing overwrites it. */
  | 'stale-archived'
  /** It has content, and the source's blob was just created empty. */
  | 'fuller-than-a-stage'
  | 'arriving'
  | 'other-kind'
  /** The same on an account that keeps versions: those of one name are all of one kind. */
  | 'other-kind-versioned'
  | 'of-another-source';

/** Who owns a backup blob: without a stamp, or the mark of an unfinished copy, it is foreign. */
export type Ownership = 'ours' | 'foreign' | 'foreign-no-room' | 'of-another-source';

/**
 * Both accounts have the blob. The type demands every cell. Only the stamp says whether a key is in step (invariant 6).
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
  'stray-replica': {
    'in-step': 'replica-not-on-backup',
    'same-content': 'replica-not-on-backup',
    stale: 'replica-not-on-backup',
    'stale-archived': 'replica-not-on-backup',
    'fuller-than-a-stage': 'replica-not-on-backup',
    arriving: 'replica-not-on-backup',
    'other-kind': 'replica-not-on-backup',
    'other-kind-versioned': 'replica-not-on-backup',
    'of-another-source': 'replica-not-on-backup',
  },
};

/** Only the source has the blob. */
export const SOURCE_ONLY: Readonly<Record<Exclude<SourceState, 'replica'>, 'copy' | SkipReason>> = {
  copyable: 'copy',
  archived: 'source-archived',
  'copy-pending': 'source-copy-pending',
  'stray-replica': 'replica-not-on-backup',
};

/**
 * Only the backup has the blob. A missing container does not prove that its blobs were deleted (invariant 7), and what we
 * did not write is not ours to delete (invariant 14).
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
