import type { BackupStore } from '../ports/backup-store.ts';
import type { BlobReader } from '../ports/blob-reader.ts';
import type { Sides } from './decision.ts';
import type { Policy } from './policy.ts';
import type { Tree } from './tree.ts';

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
