import type { Etag } from '../model/etag.ts';

/** Nothing may exist, or exactly this version. */
export type WriteCondition = { readonly nothingThere: true } | { readonly ifMatch: Etag };

export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The backup's blob is not, or no longer, what the condition requires. */
  | { readonly kind: 'backup-precondition-failed' }
  /** The source's blob is no longer the requested version. */
  | { readonly kind: 'source-precondition-failed' }
  /** The backup is locked by something that only a person can remove. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export type RefusalReason =
  'backup-leased' | 'backup-immutable' | 'backup-has-snapshots' | 'backup-versions-of-another-kind';
