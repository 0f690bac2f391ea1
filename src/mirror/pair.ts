import type { BackupStore } from '../ports/backup-store.js';
import type { BlobReader } from '../ports/blob-reader.js';
import type { Sides } from './decision.js';
import type { Policy } from './policy.js';
import type { Tree } from './tree.js';

/** The two accounts, and how the one is to follow the other. */
export interface Pair {
  readonly source: BlobReader;
  readonly backup: BackupStore;
  readonly policy: Policy;
  /** Of hierarchical accounts, which both are or none. */
  readonly tree?: Tree;
}

/** The accounts of a pair, as stamps name them. */
export function sidesOf({ source, backup, tree }: Pair): Sides {
  return { source: source.account, backup: backup.account, isTree: tree !== undefined };
}
