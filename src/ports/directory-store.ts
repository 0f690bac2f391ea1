import type { Access } from '../model/access.ts';
import type { Etag } from '../model/etag.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { Metadata } from '../model/stamp.ts';
import type { WriteCondition, WriteOutcome } from './write-outcome.ts';

/**
 * What a hierarchical backup can do besides. On a flat account every method fails with `storage-rejected`; no
 * caller asks for it there. A write that was cut off before its answer rejects with `write-outcome-unknown`,
 * as all writes do.
 */
export interface DirectoryStore {
  /**
   * Makes a directory where nothing exists, with its metadata and access; missing parents get the service's
   * defaults. Without the right to set the access, the directory is made without it, and the outcome says so.
   */
  createDirectory(request: CreateDirectoryRequest): Promise<AccessOutcome>;

  /**
   * Sets owner, group, permissions and access control list of a file or directory. There is no condition,
   * since these do not change the ETag.
   *
   * @param there the access that was read; undefined for what was just made
   */
  setAccess(key: Key, access: Access, there?: Access): Promise<AccessOutcome>;

  /**
   * The same for the root directory of a container, which no key names; `backup-precondition-failed` when
   * there is no container.
   */
  setRootAccess(container: ContainerName, access: Access, there?: Access): Promise<AccessOutcome>;

  /**
   * Moves a file or directory with all that is below it, in one step and in the same time whatever its size.
   * ETags do not change, so stamps stay true. The parent of the new path must exist; a missing one is
   * `backup-precondition-failed`, as is a path below a file.
   */
  rename(request: RenameRequest): Promise<WriteOutcome>;

  /**
   * Removes an empty directory: `backup-precondition-failed` when it is no longer the one that was read, or
   * not a directory, `not-empty` when anything is in it.
   */
  removeEmptyDirectory(key: Key, ifMatch: Etag): Promise<WriteOutcome | { readonly kind: 'not-empty' }>;

  /**
   * Moves a directory with all that is below it out of the live tree in one step, into the trash of its
   * container, which no other method lists and no scope includes. Deletes nothing yet.
   */
  moveToTrash(key: Key, ifMatch: Etag): Promise<WriteOutcome | Trashed>;

  /**
   * Permanently deletes what was moved to the trash, for as long as one message may take; `emptyTrash`
   * deletes what is left then.
   */
  deleteTrashed(trashed: Key): Promise<void>;

  /** Deletes what workers that died left in a container's trash, once it is older than an hour. */
  emptyTrash(container: ContainerName): Promise<void>;
}

export interface CreateDirectoryRequest {
  readonly key: Key;
  readonly metadata: Metadata;
  /** Undefined: the service's default. */
  readonly access: Access | undefined;
}

export interface RenameRequest {
  readonly from: Key;
  readonly to: Key;
  /** The ETag of what is at `from`. */
  readonly ifMatch: Etag;
  /** What must exist at `to`. */
  readonly condition: WriteCondition;
}

export interface Trashed {
  readonly kind: 'trashed';
  /** Its path in the trash, named as the account names it. Opaque: only passed back. */
  readonly trashed: Key;
}

/** `access` says whether the access was set: that requires rights that a mirror need not have. */
export type AccessOutcome =
  | { readonly kind: 'written'; readonly access: 'set' | 'not-permitted' }
  | Exclude<WriteOutcome, { readonly kind: 'written' }>;
