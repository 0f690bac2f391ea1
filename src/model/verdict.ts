/** What converge found or did for a key. */
export type Verdict =
  | { readonly verdict: 'in-sync' }
  | {
      readonly verdict: 'copied';
      readonly created: boolean;
      readonly bytes: number;
      readonly engine: string;
      /** False when the user's metadata left no room for the stamp: the blob is right, and is copied anew at each look. */
      readonly stamped: boolean;
    }
  | { readonly verdict: 'restamped' }
  | { readonly verdict: 'retiered'; readonly tier: string }
  | { readonly verdict: 'retagged' }
  | { readonly verdict: 'deleted' }
  /** A long copy has used up its time. What is copied so far is kept, and the next call goes on from there. */
  | { readonly verdict: 'unfinished'; readonly engine: string }
  | { readonly verdict: 'skipped'; readonly reason: SkipReason };

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
  | 'deletes-are-kept';
