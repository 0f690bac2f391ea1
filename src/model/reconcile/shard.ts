import type { ContainerName } from '../key.js';
import type { Counts, ReportLine, RunId } from './run.js';

/** A piece of a run that one worker takes at a time: a message on the reconcile queue. */
export type Shard = CompareShard | DeleteShard;

interface ShardBase {
  readonly run: RunId;
  /** Unique in the run. */
  readonly shard: string;
  /** How many slices of the shard came before this one. */
  readonly slice: number;
  /** How many tries of this slice failed before this one. */
  readonly attempt: number;
  readonly container: ContainerName;
}

/** Walks a stretch of both listings in step. */
export interface CompareShard extends ShardBase {
  readonly phase: 'compare';
  readonly prefix: string;
  /** Only paths from here on; ASCII, so that every order of a listing parts at the same place. */
  readonly from?: string;
  /** Only paths before this one; ASCII. */
  readonly to?: string;
  /** After which path each listing goes on. */
  readonly at?: { readonly source?: string; readonly backup?: string };
  /** Paths of an earlier slice whose long copies are not done. */
  readonly again?: readonly string[];
  /** The listings are at their end: only `again` is left. */
  readonly isWalked?: true;
  /** The order of the listings is not relied upon; there is neither `from` nor `to` then. */
  readonly unordered?: true;
}

/** Lets the heart look at the keys that only the backup was seen to have. */
export interface DeleteShard extends ShardBase {
  readonly phase: 'delete';
  /** How many keys of the container's extras are done. */
  readonly line: number;
}

/** What one slice of a shard found and did. */
export interface SliceResult {
  readonly counts: Counts;
  /** Lines for the run's samples; all lines are in the slice's own report. */
  readonly sample: readonly ReportLine[];
  /** Entries that were listed. */
  readonly listed: { readonly source: number; readonly backup: number };
  /** Keys that only the backup has: written to the slice's extras. */
  readonly extras: number;
  /** Where the shard goes on. Undefined: it is done. */
  readonly next?: Shard;
  /** The other half of what was left, for another worker. */
  readonly split?: CompareShard;
  /** The listings do not have the order that was expected: the container must be walked anew without relying on it. */
  readonly isUnordered?: true;
}
