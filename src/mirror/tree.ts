import type { ContainerName, Key } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { KnownDirectories } from './known-directories.ts';

/** What a converge of hierarchical accounts has besides: the directories around its key, and what is known of them. */
export interface Tree {
  readonly known: KnownDirectories;
  /**
   * Brings a directory above some key in step, in a flight that all of the process share: it makes what the source has
   * and removes what is empty. What is more than that is the business of the directory's own events.
   */
  readonly convergeAbove: (directory: Key, since?: Date) => Promise<Verdict>;
  /** Whether all that may be below a directory is mirrored. Otherwise it never goes as a whole: what is left out stays. */
  readonly takesAllBelow: (directory: Key) => boolean;
  /** Deletes, once in a while, what workers that died left in a container's trash. */
  readonly emptyTrash: (container: ContainerName) => Promise<void>;
}
