import type { AdoptBy } from './adoption.ts';

/** What a check found or did for a key. */
export type Verdict =
  | { readonly verdict: 'in-sync'; readonly isDirectory?: true }
  | {
      readonly verdict: 'copied';
      readonly created: boolean;
      readonly bytes: number;
      readonly engine: string;
      /** False if the user's metadata left no room for the stamp: the copy is right, but every check copies it again. */
      readonly stamped: boolean;
      /** Size and declared MD5 were those of the backup: probably only headers or metadata had changed. */
      readonly likelySame?: true;
      /** The mirror may not set owner, group and list; the rest is right. */
      readonly access?: 'not-permitted';
    }
  /** Of a directory: its metadata. */
  | { readonly verdict: 'restamped'; readonly isDirectory?: true }
  /** Another tool wrote it; it is proven to equal the source, and has the stamp now. */
  | { readonly verdict: 'adopted'; readonly by: AdoptBy }
  | { readonly verdict: 'retiered'; readonly tier: string }
  | { readonly verdict: 'retagged' }
  /** Owner, group, permissions and list. */
  | { readonly verdict: 'access-set'; readonly isDirectory?: true }
  | { readonly verdict: 'directory-made'; readonly isDirectory: true; readonly access?: 'not-permitted' }
  /** The source had it again while the backup's moved to the trash: nothing below it is on the backup now. */
  | { readonly verdict: 'directory-returned'; readonly isDirectory: true }
  /** Of a directory: with everything below it. */
  | { readonly verdict: 'deleted'; readonly wasDirectory?: true }
  /** A long copy used up its time. What was copied is kept, and the next check continues from there. */
  | { readonly verdict: 'unfinished'; readonly engine: string }
  | { readonly verdict: 'skipped'; readonly reason: SkipReason; readonly isDirectory?: true };

/** Why a key is left although the two accounts differ. Always reported and counted. */
export type SkipReason =
  | 'source-archived'
  | 'source-container-missing'
  /** The source's blob is itself a copy of the backup's: two accounts mirror each other. */
  | 'replica-of-the-backup'
  /** It has the stamp of the backup account, and the backup has no such version at this name. */
  | 'replica-not-on-backup'
  /** The backup's blob has the stamp of a third account: two sources share the name on the backup. */
  | 'backup-of-another-source'
  | 'backup-leased'
  | 'backup-immutable'
  /** The backup keeps versions, and a name has versions of one kind only: the older one stays readable there. */
  | 'backup-versions-of-another-kind'
  /** A user made snapshots of the backup's blob, or of one below the directory, which would be deleted with it. */
  | 'backup-has-snapshots'
  /** The source lacks it, and the backup's blob has no stamp of ours: somebody else wrote it. */
  | 'backup-foreign'
  /** The same, and its metadata leaves no room for a stamp: it cannot be told whether it is ours. */
  | 'backup-foreign-no-room'
  /** A blob that is not ours is where the source has a directory, or below a path where it has a file. */
  | 'backup-in-the-way'
  /** The source lacks the directory, and the backup's holds a blob that somebody else wrote. */
  | 'backup-foreign-below'
  /** The source lacks the directory, and too much is below it to prove in one check that all is ours: it goes key by key. */
  | 'directory-too-large'
  /** It is empty while the backup is not, and was created just now: probably its writer is still writing. */
  | 'source-still-written'
  /** An asynchronous copy onto the source's blob is pending: its content is not there yet. */
  | 'source-copy-pending'
  | 'deletes-are-kept'
  /** Only owner, group and list differ, and the mirror may not set them. */
  | 'access-not-permitted';

/** Whether the key is a directory after the check, so that there may be keys below it. */
export function isOfDirectory(verdict: Verdict): boolean {
  return 'isDirectory' in verdict && verdict.isDirectory;
}

/** Whether a directory that the source lacks stays because of what is below it, which must be checked key by key. */
export function isDirectoryKept(verdict: Verdict): boolean {
  return verdict.verdict === 'skipped' && verdict.isDirectory === true && LEFT_STANDING.has(verdict.reason);
}

const LEFT_STANDING: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'backup-foreign-below',
  'backup-has-snapshots',
  'directory-too-large',
]);

/**
 * What a skip means for the backup. All but `intended` and `waits` are not in the backup, and no message waits for them.
 *
 * - `version-missing`: the backup lacks a version of the source, and only a person or another event changes that. An older
 *   name of it may be the only copy.
 * - `deletion-missing`: the backup keeps what the source deleted, or may have deleted.
 * - `access-missing`: the content is there; owner and permissions are not.
 * - `waits`: the backup lacks the version; the event is rechecked, and its message names the key until then. Unprotected when
 *   the rechecks end.
 * - `intended`: the settings say so, or the backup has that version.
 */
export const SKIP_MEANING = {
  // The version is only in the archive of the source until somebody rehydrates it.
  'source-archived': 'version-missing',
  // It does not prove a deletion, so the backup keeps what the source may have deleted.
  'source-container-missing': 'deletion-missing',
  'source-still-written': 'waits',
  'source-copy-pending': 'waits',
  // The version came from the backup, which still has it.
  'replica-of-the-backup': 'intended',
  // It bears the mark of the backup, which has no such version: a copy or a rename of a replica, for example.
  'replica-not-on-backup': 'version-missing',
  'backup-of-another-source': 'version-missing',
  'backup-leased': 'version-missing',
  'backup-immutable': 'version-missing',
  'backup-versions-of-another-kind': 'version-missing',
  // The deletion is not mirrored, nor what the source may have in its place.
  'backup-has-snapshots': 'version-missing',
  'backup-foreign': 'deletion-missing',
  'backup-foreign-no-room': 'deletion-missing',
  'backup-foreign-below': 'deletion-missing',
  'backup-in-the-way': 'version-missing',
  // Its content is deleted key by key; if the directory is still too large then, it is left.
  'directory-too-large': 'deletion-missing',
  'deletes-are-kept': 'intended',
  'access-not-permitted': 'access-missing',
} as const satisfies Readonly<Record<SkipReason, SkipMeaning>>;

type SkipMeaning = 'version-missing' | 'deletion-missing' | 'access-missing' | 'waits' | 'intended';

/** Why only a person or another event brings a version to the backup. */
export type BlockedReason = {
  [Reason in SkipReason]: (typeof SKIP_MEANING)[Reason] extends 'version-missing' ? Reason : never;
}[SkipReason];

export const BLOCKED_REASONS: readonly BlockedReason[] = Object.keys(SKIP_MEANING).filter(isBlockedReason);

export function isBlockedReason(reason: string): reason is BlockedReason {
  return Object.hasOwn(SKIP_MEANING, reason) && SKIP_MEANING[reason as SkipReason] === 'version-missing';
}

/** Whether the backup lacks this version of the source, and only a person or another event changes that. */
export function isNotProtected(verdict: Verdict): boolean {
  return verdict.verdict === 'skipped' && isBlockedReason(verdict.reason);
}

/** Whether the backup lacks this version of the source, for now or until somebody acts. */
export function lacksVersion(verdict: Verdict): boolean {
  return (
    isNotProtected(verdict) || (verdict.verdict === 'skipped' && SKIP_MEANING[verdict.reason] === 'waits')
  );
}

/**
 * Whether a full sync of a tree deletes nothing because of it: an older name may be the only copy. An archived version is
 * left out, since nothing on the two accounts changes that.
 */
export function holdsDeletions(verdict: Verdict): boolean {
  return (
    verdict.verdict === 'skipped' && verdict.reason !== 'source-archived' && isBlockedReason(verdict.reason)
  );
}
