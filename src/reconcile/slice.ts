import type { ReportLine } from '../api/run.ts';
import { ownershipOf } from '../mirror/decide.ts';
import type { Ownership } from '../mirror/decision.ts';
import type { Policy } from '../mirror/policy.ts';
import type { AdoptBy } from '../model/adoption.ts';
import type { BlobPath } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { SkipReason } from '../model/verdict.ts';
import type { BlobReader, ListedBlob } from '../ports/blob-reader.ts';
import type { CompareShard, SliceResult } from './shard.ts';

/** A key of the backup that the source lacks and that somebody else put there. */
export interface ForeignKey {
  readonly path: BlobPath;
  readonly reason: ForeignReason;
}

export type ForeignReason = Extract<SkipReason, 'backup-foreign' | 'backup-foreign-no-room'>;

/** What a slice works with. What it writes counts only once the slice has ended well. */
export interface SliceContext {
  /** A key that was out of step, and what became of it: a line of the report. */
  readonly report: (line: ReportLine) => Promise<void>;
  /** A key that only the backup has. */
  readonly extra: (path: BlobPath) => Promise<void>;
  /** A key that only the backup has, and that stays, since it bears no stamp of ours. */
  readonly foreign: (key: ForeignKey) => Promise<void>;
  /** For how long it may draw keys, in milliseconds. */
  readonly budgetMs: number;
  /** Aborted when nobody will count what it does any more: it should stop soon, by throwing or by returning. */
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Whether the run has leave to delete foreign blobs of this container. */
  readonly deleteForeign: boolean;
  /** How what another tool made is proven to hold what the source has, where it is to be adopted. */
  readonly adopt?: AdoptBy | undefined;
  /** How many shards of the run are not done, this one included: whether another half would find somebody idle. */
  readonly openShards: number;
}

/** Walks a stretch of both listings and brings in step what may be copied. Rejects when a listing fails. */
export type CompareSlice = (shard: CompareShard, context: SliceContext) => Promise<SliceResult>;

/** What a reconcile compares, and how much of it. */
export interface ComparedAccounts {
  readonly source: BlobReader;
  readonly backup: BlobReader;
  readonly scope: Scope;
  readonly policy: Policy;
  /** Whether both accounts are, so that their listings go down the tree. */
  readonly hierarchical: boolean;
}

/** Whose a blob of the backup is, as far as its listing tells. It keeps a blob, or nominates it for a look, and never more. */
export function listedOwnerOf(
  { source, backup }: { readonly [side in 'source' | 'backup']: Pick<ComparedAccounts[side], 'account'> },
  entry: ListedBlob,
): Ownership {
  const sides = { source: source.account, backup: backup.account };
  if (entry.stamp !== undefined) return entry.stamp.account === sides.source ? 'ours' : 'of-another-source';
  // No stamp may be the mark of a copy that was left: then the entry tells more.
  const reading = entry.reading();
  return reading === undefined ? 'foreign' : ownershipOf(sides, reading);
}
