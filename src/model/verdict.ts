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

/** Whether the backup lacks this version of the source, and only a person or another event changes that. */
export function isNotProtected(verdict: Verdict): verdict is Skipped & { readonly reason: BlockedReason } {
  return verdict.verdict === 'skipped' && BLOCKED.has(verdict.reason);
}

/** Whether the cause is on the backup. */
export function isBlockedByBackup(verdict: Verdict): boolean {
  return isNotProtected(verdict) && verdict.reason !== 'source-archived';
}

type Skipped = Extract<Verdict, { readonly verdict: 'skipped' }>;
export type BlockedReason = (typeof BLOCKED_REASONS)[number];

export const BLOCKED_REASONS = [
  'source-archived',
  'backup-leased',
  'backup-immutable',
  'backup-has-snapshots',
  'backup-versions-of-another-kind',
  'backup-in-the-way',
  'backup-of-another-source',
] as const satisfies readonly SkipReason[];

const BLOCKED: ReadonlySet<SkipReason> = new Set<SkipReason>(BLOCKED_REASONS);
