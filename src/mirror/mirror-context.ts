import { type SteadyClock, systemSteadyClock } from '../clock/steady-clock.ts';
import type { Policy } from './policy.ts';
import { type ContainerName, type Key, keyText } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { BackupStore } from '../ports/backup-store.ts';
import type { BlobReader } from '../ports/blob-reader.ts';

/** The two accounts, and how the one is to follow the other. */
export interface MirrorContext {
  readonly source: BlobReader;
  readonly backup: BackupStore;
  readonly policy: Policy;
  /** Of hierarchical accounts, which both are or none. */
  readonly tree?: Tree;
}

/** What a converge of hierarchical accounts has besides: the directories around its key, and what is known of them. */
export interface Tree {
  readonly known: KnownDirectories;
  /**
   * Brings a directory above some key in step, in a flight that all of the process share: it makes what the source has
   * and removes what is empty. What is more than that is the business of the directory's own events.
   */
  readonly convergeAncestor: (directory: Key, since?: Date) => Promise<Verdict>;
  /** Whether all that may be below a directory is mirrored. Otherwise it never goes as a whole: what is left out stays. */
  readonly takesAllBelow: (directory: Key) => boolean;
  /** Deletes, once in a while, what workers that died left in a container's trash. */
  readonly emptyTrash: (container: ContainerName) => Promise<void>;
}

/** What a look is for. */
export interface KeyCheck {
  /** The time of the event that asks for it: what is known of directories by a newer reading need not be read again. */
  readonly since?: Date | undefined;
  /** The key is the directory above another key: see `Tree.convergeAbove`. */
  readonly isAncestor?: true;
  /** The user gave leave to delete what the source lacks and we did not put on the backup. */
  readonly deleteForeign?: true;
}

/** Long enough for a burst of files, short enough that what another worker does to a directory is soon seen. */
const REMEMBERED_MS = 5_000;
/** A directory is a few hundred bytes here; beyond so many the oldest is forgotten. */
const MOST_REMEMBERED = 10_000;

interface SeenDirectory {
  /** By our own clock, in milliseconds. */
  readonly at: number;
  /** By the source's clock. */
  readonly readAt: Date;
}

/**
 * Which directories this process saw on both accounts, in step. A thousand files of one directory then cost no thousand
 * readings of it, and nothing is lost by it: a file that is created in a directory that went meanwhile brings one into
 * being, and a deletion asks for a reading that is newer than its event.
 */
export interface KnownDirectories {
  /** Says that a directory is in step on both accounts, by a reading of the source of that time. */
  record(directory: Key, readAt: Date): void;
  /** Nothing is known any more of a directory and of those below it: it was moved, or is about to be. */
  forget(directory: Key): void;
  /** Whether it was seen a short while ago: enough to put something into it. */
  isThere(directory: Key): boolean;
  /** Whether it was seen by a reading that is newer than an event, so that another one would tell nothing more. */
  isThereSince(directory: Key, event: Date): boolean;
}

export function createKnownDirectories(clock: SteadyClock = systemSteadyClock): KnownDirectories {
  const known = new Map<string, SeenDirectory>();
  return {
    record(directory, readAt) {
      const id = keyText(directory);
      known.delete(id);
      known.set(id, { at: clock.now(), readAt });
      if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value ?? '');
    },
    forget(directory) {
      const id = keyText(directory);
      for (const other of known.keys()) if (other === id || other.startsWith(`${id}/`)) known.delete(other);
    },
    isThere(directory) {
      const seen = known.get(keyText(directory));
      return seen !== undefined && clock.now() - seen.at < REMEMBERED_MS;
    },
    isThereSince(directory, event) {
      const seen = known.get(keyText(directory));
      return seen !== undefined && seen.readAt.getTime() > event.getTime();
    },
  };
}
