import type { AdoptBy, AdoptionEstimate } from '../model/adoption.ts';
import type { ContainerName } from '../model/key.ts';
import type { RunId } from '../model/run-id.ts';

/** The options of a full sync. */
export interface ReconcileRequest {
  /** One container; undefined: all in scope. */
  readonly container?: ContainerName;
  /** Only keys whose path begins with it. */
  readonly prefix?: string;
  /** Counts what is out of step and writes nothing. */
  readonly dryRun: boolean;
  /** Containers whose deletions pass the guards, whatever their number. */
  readonly allowDeletes: readonly ContainerName[];
  /** Containers in which foreign blobs, those without our stamp, may be deleted too. Undefined in documents of a former release. */
  readonly deleteForeign?: readonly ContainerName[];
  /** Adopts what another tool copied to the backup, if this comparison proves that it equals the source. */
  readonly adopt?: AdoptBy;
  /** What started it. `unknown`: the run's document is damaged. */
  readonly reason: 'timer' | 'http' | 'command-line' | 'start' | 'unknown';
}

/** A run is one full sync, from its start to its end: a document of the state, which every worker reads and updates. */
export interface Run {
  readonly id: RunId;
  readonly request: ReconcileRequest;
  readonly state: RunState;
  /**
   * Digest of accounts, scope and policy. A run under other settings proves nothing for these; a run of workers with
   * different settings (`mixed`) proves nothing at all.
   */
  readonly mirror: string;
  /** ISO 8601, as all times here. */
  readonly startedAt: string;
  /**
   * The run saw every change before this time: its start, by the earliest of the clocks of its worker and the services.
   * Undefined in documents of a former release: use `startedAt`.
   */
  readonly provesUpTo?: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly shards: Readonly<Record<string, ShardProgress>>;
  readonly containers: Readonly<Record<string, ContainerProgress>>;
  readonly counts: Counts;
  readonly samples: Samples;
  readonly alerts: readonly Alert[];
  /** A listing of the source failed: this run deletes nothing. */
  readonly sourceListingFailed: boolean;
  /** Only of a dry run with `adopt`. */
  readonly adoption?: AdoptionEstimate;
}

/** `damaged`: the document of the run cannot be read; only its id is known. */
type RunState = 'comparing' | 'deleting' | 'done' | 'cancelled' | 'damaged';

export interface ShardProgress {
  readonly container: string;
  readonly phase: 'compare' | 'delete';
  /** How many of its slices are recorded; also the number of the slice that is due. */
  readonly slices: number;
  readonly isDone: boolean;
  /** The code of the error that ended it. */
  readonly failed?: string;
  /** It walks its container again, without relying on the order of listings: only such shards count for the container. */
  readonly unordered?: true;
  /** The stretch of a compare shard, until it is done. A former release did not write it. */
  readonly plan?: ShardPlan;
  /** How many slices in a row listed nothing without reaching the end. */
  readonly idle?: number;
  /** Failed attempts of the slice that is due. */
  readonly tries?: number;
}

/**
 * The stretch that a shard compares. The start of a later slice is in the outcome document of the slice before it: a
 * position may be long, and the run's document is written with every slice.
 */
export interface ShardPlan {
  /** Default: empty. */
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly root?: true;
}

export interface ContainerProgress {
  /** Entries that were listed. */
  readonly source: number;
  readonly backup: number;
  readonly inStep: number;
  /** Total size of the source's listed entries. */
  readonly bytes?: number;
  /** Keys that only the backup has. */
  readonly extras: number;
  /** Those of them that bear a stamp of this source. */
  readonly mirroredExtras: number;
  /** Those of them that would be deleted if no guard stopped it. Undefined in documents of a former release: all of them. */
  readonly deletions?: number;
  /** By reason, those of them that stay: foreign, and the run may not delete foreign blobs. */
  readonly foreign?: Readonly<Record<string, number>>;
  /** Keys of a hierarchical source that something on the backup blocks from being mirrored. */
  readonly blocked?: number;
  /** Why its extras stay. */
  readonly stopped?: AlertCode | 'deletes-are-kept' | 'container-not-mirrored';
  /** Why it is not walked: a code, and a sentence. */
  readonly failed?: { readonly code: string; readonly detail: string };
  /** Its listings are in an unknown order: it is walked without relying on the order, which is slower. */
  readonly unordered?: true;
}

export interface Counts {
  /** Keys that were on both sides and in step. */
  readonly inStep: number;
  /** Keys that were not, and were checked. */
  readonly nominated: number;
  readonly bytesCopied: number;
  /** By the verdict of the mirror core; in a dry run `missing`, `extra`, `different`, `adoptable` and `foreign`. */
  readonly byVerdict: Readonly<Record<string, number>>;
  /** By the reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** By the code of the error. */
  readonly failed: Readonly<Record<string, number>>;
}

/** At most 100 lines of each kind; the report has all. */
export interface Samples {
  readonly repaired: readonly ReportLine[];
  readonly skipped: readonly ReportLine[];
  readonly failed: readonly ReportLine[];
}

/** A line of the report: the result for one key that was out of step. */
export interface ReportLine {
  readonly container: string;
  readonly path: string;
  readonly verdict: string;
  /** Of a skip. */
  readonly reason?: string;
  /** Of a failure. */
  readonly code?: string;
  readonly detail?: string;
  readonly bytes?: number;
}

export interface Alert {
  readonly code: AlertCode;
  readonly container?: string;
  /** A sentence for the operator, with what to do. */
  readonly detail: string;
}

type AlertCode =
  | 'source-container-missing'
  | 'source-container-empty'
  | 'too-many-deletes'
  | 'keys-blocked'
  | 'source-listing-failed'
  | 'listing-unordered'
  | 'shard-failed'
  | 'run-abandoned'
  | 'clock-off'
  | 'document-damaged'
  | 'document-too-new';

/** A run without the members that grow with its shards, containers and samples. */
export type RunSummary = Omit<Run, 'shards' | 'containers' | 'samples'>;

export function toSummary({
  shards: _shards,
  containers: _containers,
  samples: _samples,
  ...run
}: Run): RunSummary {
  return run;
}
