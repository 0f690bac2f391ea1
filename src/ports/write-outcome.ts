import type { Etag } from '../model/etag.ts';

/** Nothing must be there, or exactly this version. */
export type WriteCondition = { readonly nothingThere: true } | { readonly ifMatch: Etag };

export type WriteOutcome =
  | { readonly kind: 'written' }
  /** The backup's blob is not, or is no longer, what the condition asks for. */
  | { readonly kind: 'backup-precondition-failed' }
  /** The source's blob is no longer the version that was asked for. */
  | { readonly kind: 'source-precondition-failed' }
  /** The backup is held by something that only a person can lift. */
  | { readonly kind: 'refused'; readonly reason: RefusalReason };

export type RefusalReason =
  'backup-leased' | 'backup-immutable' | 'backup-has-snapshots' | 'backup-versions-of-another-kind';
