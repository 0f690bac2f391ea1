import type { Policy } from '../mirror/policy.js';
import type { Scope } from '../model/scope.js';
import type { BlobReader } from '../ports/blob-reader.js';

/** What a reconcile compares, and how much of it. */
export interface Sides {
  readonly source: BlobReader;
  readonly backup: BlobReader;
  readonly scope: Scope;
  readonly policy: Policy;
  /** Whether both accounts are, so that their listings go down the tree. */
  readonly hierarchical: boolean;
}
