import type { Policy } from './policy.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BackupStore } from '../ports/backup-store.ts';
import type { BlobReader } from '../ports/blob-reader.ts';

/** The two accounts, and how the backup follows the source. */
export interface MirrorContext {
  readonly source: BlobReader;
  readonly backup: BackupStore;
  readonly policy: Policy;
  /** On hierarchical accounts; either both accounts are hierarchical or none. */
  readonly tree?: Tree;
}

/** What converging needs on hierarchical accounts: the directories above a key, and what is known of them. */
export interface Tree {
  readonly known: KnownDirectories;
  /**
   * Converges a directory above a key; concurrent calls of the process are coalesced. It creates the directory if the
   * source has it and removes an empty one that the source lacks. The rest is left to the directory's own events.
   */
  readonly convergeAncestor: (directory: Key, since?: Date) => Promise<Verdict>;
  /** Whether everything below a directory is in the scope. Otherwise it is never deleted as a whole. */
  readonly takesAllBelow: (directory: Key) => boolean;
  /** Deletes, at intervals, what workers that died left in a container's trash. */
  readonly emptyTrash: (container: ContainerName) => Promise<void>;
}

/** What a check is for. */
export interface KeyCheck {
  /** The time of the event: directories that were read later need not be read again. */
  readonly since?: Date | undefined;
  /** The key is the directory above another key: see `Tree.convergeAncestor`. */
  readonly isAncestor?: true;
  /** The user permits deleting a foreign blob that the source lacks. */
  readonly deleteForeign?: true;
}

/**
 * The directories that this process saw in step on both accounts, so that a thousand new files do not read their
 * directory a thousand times. It is safe: a file creates its directory again if that was deleted meanwhile, and a
 * deletion demands a reading newer than its event.
 */
export interface KnownDirectories {
  /** Records that a directory is in step. @param readAt when the source was read */
  record(directory: Key, readAt: Date): void;
  /** Forgets a directory and those below it: it was moved, or is about to be. */
  forget(directory: Key): void;
  /** Whether it was seen lately: enough to write into it. */
  isThere(directory: Key): boolean;
  /** Whether it was read after an event, so that it need not be read again. */
  isThereSince(directory: Key, event: Date): boolean;
}
