import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { Metadata } from '../model/stamp.ts';
import type { WriteCondition, WriteOutcome } from './write-outcome.ts';

/**
 * What a hierarchical backup can do besides. On a flat account every method fails with `storage-rejected`; nobody asks
 * for it there. A write that was cut off before its answer rejects with `write-outcome-unknown`, as all writes do.
 */
export interface DirectoryStore {
  /**
   * Makes a directory where nothing is, with its metadata and access; those above it that are missing appear with what
   * the service gives them. Without the right to set the access it is made without, and the outcome says so.
   */
  createDirectory(request: CreateDirectoryRequest): Promise<AccessOutcome>;

  /**
   * Sets owner, group, permissions and list of a file or directory. No condition: no ETag stands for them.
   *
   * @param there what it had when it was read; undefined for what was just made
   */
  setAccess(key: Key, access: Access, there?: Access): Promise<AccessOutcome>;

  /** The same of the root directory of a container, which no key names; `backup-precondition-failed` when there is no container. */
  setRootAccess(container: ContainerName, access: Access, there?: Access): Promise<AccessOutcome>;

  /**
   * Gives a file or directory another place, with all that is below it, in one step and in the same time whatever its
   * size. ETags stay, and so what stamps say stays true. The directory that it goes into must be there; a missing one
   * is `backup-precondition-failed`, as is a path below a file.
   */
  rename(request: RenameRequest): Promise<WriteOutcome>;

  /**
   * Removes a directory that has nothing in it: `backup-precondition-failed` when it is no longer the one that was read, or no
   * directory, `not-empty` when anything is in it.
   */
  removeEmptyDirectory(key: Key, ifMatch: Etag): Promise<WriteOutcome | { readonly kind: 'not-empty' }>;

  /**
   * Takes a directory with all that is below it out of the live tree in one step: to a place in the trash of its
   * container, which no other method lists and no key in any scope names. Nothing is deleted yet.
   */
  moveToTrash(key: Key, ifMatch: Etag): Promise<WriteOutcome | Trashed>;

  /**
   * Deletes for good what was moved to the trash, for as long as one message may take; what is left then goes with
   * `emptyTrash`.
   */
  deleteTrashed(trashed: Key): Promise<void>;

  /** Deletes what workers that died left in a container's trash for longer than an hour. */
  emptyTrash(container: ContainerName): Promise<void>;
}

export interface CreateDirectoryRequest {
  readonly key: Key;
  readonly metadata: Metadata;
  /** Undefined: what the service gives it. */
  readonly access: Access | undefined;
}

export interface RenameRequest {
  readonly from: Key;
  readonly to: Key;
  /** The ETag of what is at `from`. */
  readonly ifMatch: Etag;
  /** What must be at `to`. */
  readonly condition: WriteCondition;
}

export interface Trashed {
  readonly kind: 'trashed';
  /** Where it is now, in the account's own names: only to be handed back. */
  readonly trashed: Key;
}

/** `access` says what became of it: it takes rights that a mirror need not have. */
export type AccessOutcome =
  | { readonly kind: 'written'; readonly access: 'set' | 'not-permitted' }
  | Exclude<WriteOutcome, { readonly kind: 'written' }>;
