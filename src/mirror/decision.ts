import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { BlobPresent, DirectoryPresent } from '../model/reading.ts';
import type { SkipReason } from '../model/verdict.ts';
import type { WriteCondition } from '../ports/write-outcome.ts';

/** What is to be done for a key, with the precondition that it is done under. */
export type Decision =
  | { readonly action: 'nothing'; readonly isDirectory?: true }
  /**
   * `likelySame`: size and declared MD5 are those of the backup, which proves nothing.
   * `missing` is the access that the copy does not bring with it and the backup does not have; so below.
   */
  | ({ readonly action: 'copy'; readonly condition: WriteCondition; readonly likelySame?: true } & Copied)
  /**
   * What cannot be overwritten, a blob of another kind or in the archive tier: the new version is brought to the account
   * first, then the old one goes and the new one takes its place.
   */
  | ({ readonly action: 'replace'; readonly ifMatch: Etag } & Copied)
  /** A file where the source has a directory: it goes, and the next round makes that. */
  | { readonly action: 'make-way'; readonly ifMatch: Etag }
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

interface Copied {
  readonly source: BlobPresent;
  readonly missing?: MissingAccess;
}

export interface MadeDirectory {
  readonly source: DirectoryPresent;
  readonly missing?: MissingAccess;
}

/** Where one of the sides is, or was, a directory. */
export type DirectoryDecision =
  | ({ readonly action: 'make-directory' } & MadeDirectory)
  | { readonly action: 'set-directory-metadata'; readonly source: DirectoryPresent; readonly ifMatch: Etag }
  /** The source has a file where the backup has a directory: replaced likewise. */
  | ({ readonly action: 'clear-directory'; readonly ifMatch: Etag } & Copied)
  | { readonly action: 'remove-directory'; readonly ifMatch: Etag };

/** The accounts on both sides: stamps name them. */
export interface Sides {
  readonly source: string;
  readonly backup: string;
  /** Both are hierarchical. */
  readonly isTree?: boolean;
}
