import type { Etag } from '../model/etag.ts';
import type { EndReason } from '../model/history.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { BlobPresent, Tags } from '../model/reading.ts';
import type { Metadata } from '../model/stamp.ts';
import type { BlobReader } from './blob-reader.ts';
import type { DirectoryStore } from './directory-store.ts';
import type { WriteCondition, WriteOutcome } from './write-outcome.ts';

/**
 * The account that mirrors. Every write carries the version that was read (invariant 3), so the service
 * refuses a write that comes too late. A write that was cut off before its answer rejects with
 * `write-outcome-unknown`: it may still commit.
 */
export interface BackupStore extends BlobReader, DirectoryStore, ContentComparison {
  /**
   * Makes the backup's blob from the source's, whole or not at all. The bytes are read under `source.etag` only.
   * A long copy may end `unfinished`; the same request, from any worker, then goes on where it was.
   */
  copy(request: CopyRequest): Promise<CopyOutcome>;

  /**
   * Makes the copy at a staging path in the same container, which no listing shows and no scope includes, and
   * which is the same for every worker that copies this version. The blob at `request.key` is not touched. So
   * a blob that cannot be overwritten, because it is archived or of another kind, is deleted only once the
   * new version is on this account.
   */
  secure(request: CopyRequest): Promise<SecureOutcome>;

  /**
   * Moves a staged copy to its key, where nothing may exist, with the metadata, tier and tags of the request,
   * and then deletes the staged copy. `backup-precondition-failed` when something exists at the key, or the
   * staged copy is gone.
   */
  place(request: CopyRequest, secured: Secured): Promise<WriteOutcome>;

  /** Sets the metadata of a blob or a directory, and changes nothing else. */
  restamp(request: RestampRequest): Promise<WriteOutcome>;

  /** Moves the blob to another access tier. Neither content nor ETag changes, so a race does no harm. */
  setTier(key: Key, tier: string): Promise<WriteOutcome>;

  /** Sets all index tags. Setting tags does not change the ETag. */
  setTags(key: Key, tags: Tags): Promise<WriteOutcome>;

  /**
   * Deletes the blob if it is still the version that was read. A blob with snapshots is `refused`: the
   * snapshots belong to its users and would be deleted with it.
   *
   * @param why for the history, where there is one
   */
  delete(key: Key, ifMatch: Etag, why: EndReason): Promise<WriteOutcome>;

  /** Makes a private container. Succeeds when the container already exists. */
  createContainer(container: ContainerName, metadata: Metadata): Promise<void>;
}

export interface CopyRequest {
  /** What to write on the backup. */
  readonly key: Key;
  /**
   * What to read at the source; the same when left out. It differs where a container has another name on the
   * backup.
   */
  readonly from?: Key;
  /** The version to copy, as read at the source. */
  readonly source: BlobPresent;
  /** All metadata of the copy, the stamp included. */
  readonly metadata: Metadata;
  readonly condition: WriteCondition;
  /** The access tier of the copy; undefined for the account's default. */
  readonly tier: string | undefined;
  /** The index tags of the copy, as read at the source. */
  readonly tags: Tags;
}

export interface RestampRequest {
  readonly key: Key;
  /** All metadata, the stamp included. */
  readonly metadata: Metadata;
  readonly ifMatch: Etag;
}

/** A staged copy, named as the account names it. Opaque: only passed back. */
export interface Secured {
  readonly key: Key;
  readonly etag: Etag;
}

export type SecureOutcome =
  | { readonly kind: 'secured'; readonly secured: Secured; readonly engine: string }
  | Exclude<CopyOutcome, { readonly kind: 'written' }>;

/** `engine` names the copy engine that was used, for the log. */
export type CopyOutcome =
  (WriteOutcome & { readonly engine: string }) | { readonly kind: 'unfinished'; readonly engine: string };

/** Reads both sides and tells whether they hold the same bytes. Nothing here writes. */
export interface ContentComparison {
  /**
   * Compares the content of both sides, reading each under the ETag that was observed, in bounded memory.
   * Stops after a piece when told to; any worker then continues with the same request and the number of bytes
   * found equal.
   *
   * Rejects with a `BlobmirrorError` and nothing else.
   */
  compareContent(request: ComparisonRequest): Promise<ComparisonOutcome>;
}

export interface ComparisonRequest {
  /** On the backup. */
  readonly key: Key;
  /** At the source; the same when left out. */
  readonly from?: Key;
  /** The versions to compare, as read. */
  readonly source: BlobPresent;
  readonly backup: BlobPresent;
  /** How many leading bytes of these same versions an earlier call found equal. */
  readonly equal?: number;
  /** Called after every piece. */
  readonly mustStop?: () => boolean;
}

export type ComparisonOutcome =
  | { readonly kind: 'same' | 'different' | 'source-precondition-failed' | 'backup-precondition-failed' }
  /** `equal`: how many leading bytes were found equal. */
  | { readonly kind: 'unfinished'; readonly equal: number };
