import type { Key } from '../model/key.js';
import type { Verdict } from '../model/verdict.js';
import type { KnownDirectories } from './known-directories.js';

/** What a converge of a hierarchical account has besides: other keys, and what is known of directories. */
export interface Tree {
  readonly known: KnownDirectories;
  /** Converges another key, in the flight that all of the process share. */
  converge(key: Key, since?: Date): Promise<Verdict>;
}
