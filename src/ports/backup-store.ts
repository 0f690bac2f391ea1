import type { Etag } from '../model/etag.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, Tags } from '../model/reading.ts';
import type { Metadata } from '../model/stamp.ts';
import type { BlobReader } from './blob-reader.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { WriteCondition, WriteOutcome } from './write-outcome.ts';

/**
 * The account that mirrors. Every write carries what was read (invariant 3), so a write that comes too late is
 * refused by the service instead of doing harm. A write that was cut off before its answer rejects with
 * `write-outcome-unknown`: it may still commit.
 */
export interface BackupStore extends BlobReader, DirectoryStore, ContentComparison {
  /**
   * Makes the backup's blob from the source's, whole or not at all. The bytes are read under `source.etag` only.
   * A long copy may end `unfinished`; the same request, from any worker, then goes on where it was.
   */
  copy(request: CopyRequest): Promise<CopyOutcome>;

  /**
   * Makes the copy at a place of ours in the same container, which no listing shows and no scope names, the same for every
   * worker that copies this version; what is at `request.key` is left alone. So what cannot be overwritten, a blob of
   * another kind or an archived one, goes only once the new version is on this account.
   */
  secure(request: CopyRequest): Promise<SecureOutcome>;

  /**
   * Gives a secured copy its place, where nothing must be, with the metadata, tier and tags of the request; then the
   * secured one goes. `backup-precondition-failed` when something is at the place, or the secured copy is gone.
   */
  place(request: CopyRequest, secured: Secured): Promise<WriteOutcome>;

  /** Sets the metadata of a blob or a directory, and leaves all else. */
  restamp(request: RestampRequest): Promise<WriteOutcome>;

  /** Moves the blob to another access tier. Neither content nor ETag changes, so nothing is at stake in a race. */
  setTier(key: Key, tier: string): Promise<WriteOutcome>;

  /** Sets all index tags. They are no part of what an ETag stands for. */
  setTags(key: Key, tags: Tags): Promise<WriteOutcome>;

  /**
   * Deletes the blob if it still is the one that was read. One that has snapshots is `refused`: they are its users', and
   * would go with it.
   */
  delete(key: Key, ifMatch: Etag): Promise<WriteOutcome>;

  /** Makes a private container. It is no error when it is already there. */
  createContainer(container: ContainerName, metadata: Metadata): Promise<void>;
}

export interface CopyRequest {
  /** What is written on the backup. */
  readonly key: Key;
  /** What is read at the source: the same when left out. It differs where a container has another name on the backup. */
  readonly from?: Key;
  /** The version to copy, as it was read at the source. */
  readonly source: BlobPresent;
  /** All metadata that the copy is to carry, the stamp included. */
  readonly metadata: Metadata;
  readonly condition: WriteCondition;
  /** The access tier of the copy; undefined for the account's default. */
  readonly tier: string | undefined;
  /** The index tags of the copy, which were read from the source. */
  readonly tags: Tags;
}

export interface RestampRequest {
  readonly key: Key;
  /** All of it, the stamp included. */
  readonly metadata: Metadata;
  readonly ifMatch: Etag;
}

/** A copy that waits for its place, in the account's own names: only to be handed back. */
export interface Secured {
  readonly key: Key;
  readonly etag: Etag;
}

export type SecureOutcome =
  | { readonly kind: 'secured'; readonly secured: Secured; readonly engine: string }
  | Exclude<CopyOutcome, { readonly kind: 'written' }>;

/** `engine` is the way that was taken, for the log. */
export type CopyOutcome =
  (WriteOutcome & { readonly engine: string }) | { readonly kind: 'unfinished'; readonly engine: string };

/** Reads both sides and says whether they hold the same bytes. Nothing here writes. */
export interface ContentComparison {
  /**
   * Compares what both sides hold, each byte read under the ETag that was observed, in bounded memory. It stops after a
   * piece when it is told to; the same request with what is equal so far, from any worker, then goes on where it was.
   *
   * Rejects with a `BlobmirrorError` and nothing else.
   */
  compareContent(request: ComparisonRequest): Promise<ComparisonOutcome>;
}

export interface ComparisonRequest {
  /** On the backup. */
  readonly key: Key;
  /** At the source: the same when left out. */
  readonly from?: Key;
  /** The versions to compare, as they were read. */
  readonly source: BlobPresent;
  readonly backup: BlobPresent;
  /** How many bytes, from the first on, an earlier call found equal in these very versions. */
  readonly equal?: number;
  /** Asked after every piece. */
  readonly mustStop?: () => boolean;
}

export type ComparisonOutcome =
  | { readonly kind: 'same' | 'different' | 'source-precondition-failed' | 'backup-precondition-failed' }
  /** `equal`: how many bytes, from the first on, were found equal. */
  | { readonly kind: 'unfinished'; readonly equal: number };
