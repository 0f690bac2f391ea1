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

/** A key that only the backup has and that Blobmirror did not put there. */
export interface ForeignKey {
  readonly path: BlobPath;
  readonly reason: ForeignReason;
}

export type ForeignReason = Extract<SkipReason, 'backup-foreign' | 'backup-foreign-no-room'>;

/** What a slice works with. Its lines count only if the slice succeeds. */
export interface SliceContext {
  /** Writes a line of the report: a key that was out of step and its result. */
  readonly report: (line: ReportLine) => Promise<void>;
  /** Writes a key that only the backup has. */
  readonly extra: (path: BlobPath) => Promise<void>;
  /** Writes a key that only the backup has and that stays, since it has no stamp of ours. */
  readonly foreign: (key: ForeignKey) => Promise<void>;
  /** How long it may start on new keys, in milliseconds. */
  readonly budgetMs: number;
  /** Aborted when its result will not count: it should soon throw or return. */
  readonly signal: AbortSignal;
  readonly dryRun: boolean;
  /** Whether the run may delete foreign blobs of this container. */
  readonly deleteForeign: boolean;
  /** How the content of another tool's copy is proven equal before it is adopted; undefined: nothing is adopted. */
  readonly adopt?: AdoptBy | undefined;
  /** Shards of the run that are not done, including this one: few mean that workers are idle and a split pays. */
  readonly openShards: number;
}

/** Walks a stretch of both listings and mirrors what differs. Rejects when a listing fails. */
export type CompareSlice = (shard: CompareShard, context: SliceContext) => Promise<SliceResult>;

/** The accounts that a full sync compares, and the part of them. */
export interface ComparedAccounts {
  readonly source: BlobReader;
  readonly backup: BlobReader;
  readonly scope: Scope;
  readonly policy: Policy;
  /** Whether both accounts are hierarchical: their listings are in tree order. */
  readonly hierarchical: boolean;
}

/** The owner of a backup blob, by its listing entry. This decides only whether the blob is kept or checked. */
export function listedOwnerOf(
  { source, backup }: { readonly [side in 'source' | 'backup']: Pick<ComparedAccounts[side], 'account'> },
  entry: ListedBlob,
): Ownership {
  const accounts = { source: source.account, backup: backup.account };
  if (entry.stamp !== undefined)
    return entry.stamp.account === accounts.source ? 'ours' : 'of-another-source';
  // Without a stamp it may be the rest of an interrupted copy, which the other properties show.
  const reading = entry.reading();
  return reading === undefined ? 'foreign' : ownershipOf(accounts, reading);
}
