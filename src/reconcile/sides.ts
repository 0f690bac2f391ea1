import type { Policy } from '../mirror/policy.ts';
import type { Scope } from '../model/scope.ts';
import type { BlobReader } from '../ports/blob-reader.ts';

/** What a reconcile compares, and how much of it. */
export interface Sides {
  readonly source: BlobReader;
  readonly backup: BlobReader;
  readonly scope: Scope;
  readonly policy: Policy;
  /** Whether both accounts are, so that their listings go down the tree. */
  readonly hierarchical: boolean;
}
