import type { AdoptBy } from './adoption.ts';

/** What converge found or did for a key. */
export type Verdict =
  | { readonly verdict: 'in-sync'; readonly isDirectory?: true }
  | {
      readonly verdict: 'copied';
      readonly created: boolean;
      readonly bytes: number;
      readonly engine: string;
      /** False when the user's metadata left no room for the stamp: the blob is right, and is copied anew at each look. */
      readonly stamped: boolean;
      /** Size and declared MD5 were those of the backup: most likely headers or metadata alone had changed. */
      readonly likelySame?: true;
      /** The mirror lacks the right to set owner, group and list: all else is right. */
      readonly access?: 'not-permitted';
    }
  /** Of a directory: its metadata. */
  | { readonly verdict: 'restamped'; readonly isDirectory?: true }
  /** It was another tool's, is proven to hold what the source has, and bears the stamp now. */
  | { readonly verdict: 'adopted'; readonly by: AdoptBy }
  | { readonly verdict: 'retiered'; readonly tier: string }
  | { readonly verdict: 'retagged' }
  /** Owner, group, permissions and list. */
  | { readonly verdict: 'access-set'; readonly isDirectory?: true }
  | { readonly verdict: 'directory-made'; readonly isDirectory: true; readonly access?: 'not-permitted' }
  /** It came back while the backup's was on its way to the trash: nothing below it is on the backup. */
  | { readonly verdict: 'directory-returned'; readonly isDirectory: true }
  /** Of a directory: with all that was below it. */
  | { readonly verdict: 'deleted'; readonly wasDirectory?: true }
  /** A long copy has used up its time. What is copied so far is kept, and the next call goes on from there. */
  | { readonly verdict: 'unfinished'; readonly engine: string }
  | { readonly verdict: 'skipped'; readonly reason: SkipReason; readonly isDirectory?: true };

/** Why a key is left as it is although the two sides differ. Reported and counted, never silent. */
export type SkipReason =
  | 'source-archived'
  | 'source-container-missing'
  /** The source's blob was itself mirrored from the backup account: two accounts that mirror each other. */
  | 'replica-of-the-backup'
  /** The backup's blob carries the stamp of a third account: two sources were given the same name there. */
  | 'backup-of-another-source'
  | 'backup-leased'
  | 'backup-immutable'
  /** The backup keeps versions, and a name has versions of one kind only: the older one stays readable there. */
  | 'backup-versions-of-another-kind'
  /** A user made snapshots of the backup's blob, or of one below the directory, which would go with it. */
  | 'backup-has-snapshots'
  /** The source lacks it, and the backup's blob bears no stamp of ours: somebody else put it there. */
  | 'backup-foreign'
  /** The same, and its metadata leaves no room for a stamp: whether it is ours nobody can tell. */
  | 'backup-foreign-no-room'
  /** Something that is not ours stands where the source has a directory, or below where it has a file. */
  | 'backup-in-the-way'
  /** The source lacks the directory, and below it on the backup is something that somebody else put there. */
  | 'backup-foreign-below'
  /** The source lacks the directory, and too much is below it to tell in one look whose it is: it goes key by key. */
  | 'directory-too-large'
  /** It is empty where the backup is not, and was made just now: most likely its writer is still at work. */
  | 'source-still-written'
  /** An asynchronous copy onto the source's blob is under way: its content is not there yet. */
  | 'source-copy-pending'
  | 'deletes-are-kept'
  /** Content and metadata are in step; owner, group and list are not, and the mirror may not set them. */
  | 'access-not-permitted';

/** Whether there is a directory after the look, so that there may be something below it. */
export function isOfDirectory(verdict: Verdict): boolean {
  return 'isDirectory' in verdict && verdict.isDirectory;
}

/** Whether a directory that the source lacks stays for what is below it, which must be looked at key by key. */
export function isDirectoryKept(verdict: Verdict): boolean {
  return verdict.verdict === 'skipped' && verdict.isDirectory === true && LEFT_STANDING.has(verdict.reason);
}

const LEFT_STANDING: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'backup-foreign-below',
  'backup-has-snapshots',
  'directory-too-large',
]);

/** Whether the source has what the backup has not, or not in this version, and only a person or another event changes that. */
export function isNotProtected(verdict: Verdict): verdict is Skipped & { readonly reason: BlockedReason } {
  return verdict.verdict === 'skipped' && BLOCKED.has(verdict.reason);
}

/** Whether what keeps it from being mirrored is on the backup. */
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
