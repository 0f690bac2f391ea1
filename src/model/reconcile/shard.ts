import type { ContainerName } from '../key.ts';
import type { Adoptable } from './adoption.ts';
import type { Counts, ReportLine, RunId } from './run.ts';

/**
 * A message on the reconcile queue: it names a slice of a shard, and claims nothing. What is to be done, and whether it
 * is due, is in the documents of the run alone, since anybody who may send to the queue can send a message.
 */
export interface ShardMessage {
  readonly run: RunId;
  readonly shard: string;
  readonly slice: number;
  /** How many tries of this slice failed before this one. */
  readonly attempt: number;
  /** How often this slice was put off untried, since mirroring was paused. */
  readonly holds?: number | undefined;
  /**
   * An earlier try failed at the listing of the source and could not note it in the run. It is believed, since it only
   * takes from what the run may do: nothing is deleted then, and nothing proven.
   */
  readonly sourceListingFailed?: true | undefined;
}

/** What is to be done in a slice of a shard, as the documents of the run have it: a piece that one worker takes at a time. */
export type Shard = CompareShard | DeleteShard;

interface ShardBase {
  readonly run: RunId;
  /** Unique in the run, and 40 characters at most, so that the id of a message is none too long. */
  readonly shard: string;
  /** How many slices of the shard came before this one. */
  readonly slice: number;
  readonly container: ContainerName;
}

/** What asks for the first try of a slice. */
export function toShardMessage({ run, shard, slice }: Shard): ShardMessage {
  return { run, shard, slice, attempt: 0 };
}

/** Names one try of one slice, or one putting off of it: the same again, within the queue's window, is dropped by its duplicate detection. */
export function shardMessageId({ run, shard, slice, attempt, holds }: ShardMessage): string {
  return `${run}.${shard}.${slice}.${attempt}${holds === undefined ? '' : `.${holds}`}`;
}

/** Walks a stretch of both listings in step. */
export interface CompareShard extends ShardBase {
  readonly phase: 'compare';
  readonly prefix: string;
  /** Only paths from here on; ASCII, so that every order of a listing parts at the same place. */
  readonly from?: string | undefined;
  /** Only paths before this one; ASCII. */
  readonly to?: string | undefined;
  /** After which path each listing goes on. */
  readonly at?: Sides | undefined;
  /** On which page of each listing that is, for services that begin nowhere else. */
  readonly markers?: Sides | undefined;
  /** Paths of an earlier slice whose long copies are not done. */
  readonly again?: readonly string[] | undefined;
  /** How far comparisons came of those of them that are to be adopted. */
  readonly compared?: readonly ComparedPath[] | undefined;
  /** The listings are at their end: only `again` is left. */
  readonly isWalked?: true | undefined;
  /** The root directory of the container is still to be compared, which no listing shows. */
  readonly root?: true | undefined;
  /** The order of the listings is not relied upon; there is neither `from` nor `to` then. */
  readonly unordered?: true | undefined;
}

interface Sides {
  readonly source?: string | undefined;
  readonly backup?: string | undefined;
}

/** A path whose content is equal on both sides so far, in these very versions. */
export interface ComparedPath {
  readonly path: string;
  readonly source: string;
  readonly backup: string;
  /** How many bytes, from the first on. */
  readonly equal: number;
}

/** Lets the heart look at the keys that only the backup was seen to have. */
export interface DeleteShard extends ShardBase {
  readonly phase: 'delete';
  /** How many keys of the container's extras are done. */
  readonly line: number;
  /** Directories that stay for what is below them, of which the rest is to be looked at key by key, and behind which path. */
  readonly below?: readonly DirectoryRest[] | undefined;
}

export interface DirectoryRest {
  readonly directory: string;
  readonly after?: string | undefined;
  /** On which page of its listing that is, for services that begin nowhere else. */
  readonly marker?: string | undefined;
}

/** What one slice of a shard found and did. */
export interface SliceResult {
  readonly counts: Counts;
  /** Lines for the run's samples; all lines are in the slice's own report. */
  readonly sample: readonly ReportLine[];
  /** Entries that were listed; bytes: of the source's together. */
  readonly listed: { readonly source: number; readonly backup: number; readonly bytes?: number };
  /** Keys that only the backup has, with all that is below a directory: the topmost are written to the slice's extras. */
  readonly extras: number;
  /** Those of them that bear a stamp of this source. */
  readonly mirroredExtras: number;
  /** Those of them that would be deleted; all of them where nothing is said, as a worker of a former release says. */
  readonly deletions?: number;
  /** Those of them that stay since they bear no stamp of ours, by the reason: they are written to the slice's foreign keys. */
  readonly foreign?: Readonly<Record<string, number>>;
  /** What a dry run found that could be adopted. */
  readonly adoptable?: Adoptable;
  /** Keys of a hierarchical source that something on the backup kept from being mirrored; undefined is none. */
  readonly blocked?: number;
  /** Where the shard goes on; whoever records it sets its slice. Undefined: it is done. */
  readonly next?: Shard | undefined;
  /** The other half of what was left, for another worker; whoever records it gives it a name. */
  readonly split?: CompareShard | undefined;
  /** The listings do not have the order that was expected: the container must be walked anew without relying on it. */
  readonly isUnordered?: true;
}
