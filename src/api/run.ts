import type { AdoptBy, AdoptionEstimate } from '../model/adoption.ts';
import type { ContainerName } from '../model/key.ts';
import type { RunId } from '../model/run-id.ts';

/** What a reconcile is asked to do. */
export interface ReconcileRequest {
  /** One container; undefined: all in scope. */
  readonly container?: ContainerName;
  /** Only keys whose path begins so. */
  readonly prefix?: string;
  /** Finds and counts what is out of step, and writes nothing. */
  readonly dryRun: boolean;
  /** Containers whose deletions pass the guards, however many they are. */
  readonly allowDeletes: readonly ContainerName[];
  /** Containers in which foreign blobs may go, too: those without a stamp of ours. Undefined in documents of a former release. */
  readonly deleteForeign?: readonly ContainerName[];
  /** Takes over what another tool copied to the backup, where this proves that it holds what the source has. */
  readonly adopt?: AdoptBy;
  /** `unknown`: of a run whose document is damaged. */
  readonly reason: 'timer' | 'http' | 'command-line' | 'start' | 'unknown';
}

/** One full sync, from its start to its end: a document in the state store, which every worker reads and adds to. */
export interface Run {
  readonly id: RunId;
  readonly request: ReconcileRequest;
  readonly state: RunState;
  /**
   * Tells one set of accounts, scope and policy from another: a run under other settings proves nothing for these, and
   * one that workers of different settings had a part in proves nothing at all.
   */
  readonly mirror: string;
  /** ISO 8601, as all times here. */
  readonly startedAt: string;
  /**
   * It saw every change before that: its start, by the earlier of its worker's clock and those of the services.
   * Undefined in documents of a former release: `startedAt`.
   */
  readonly provesUpTo?: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly shards: Readonly<Record<string, ShardProgress>>;
  readonly containers: Readonly<Record<string, ContainerProgress>>;
  readonly counts: Counts;
  readonly samples: Samples;
  readonly alerts: readonly Alert[];
  /** A listing of the source failed on the way: this run deletes nothing. */
  readonly sourceListingFailed: boolean;
  /** Of a dry run that is asked to adopt. */
  readonly adoption?: AdoptionEstimate;
}

/** `damaged`: the document of the run can be read no more; nothing of it is known but its id. */
type RunState = 'comparing' | 'deleting' | 'done' | 'cancelled' | 'damaged';

export interface ShardProgress {
  readonly container: string;
  readonly phase: 'compare' | 'delete';
  /** How many slices of it are recorded: the number of the one that is due. */
  readonly slices: number;
  readonly isDone: boolean;
  /** The code of the error that it was given up for. */
  readonly failed?: string;
  /** It walks its container anew, in the slower way: of this container, only what such a shard found counts. */
  readonly unordered?: true;
  /** What a shard that compares begins with, until it is done. A former release did not write it down. */
  readonly plan?: ShardPlan;
  /** How many of its last slices, one after the other, listed nothing and were not the last. */
  readonly idle?: number;
  /** How many tries of the slice that is due failed. */
  readonly tries?: number;
}

/**
 * The stretch that a shard compares. Where its later slices go on is in the outcome of the slice before, a document of
 * its own: a position may be long, and the run is written with every slice.
 */
export interface ShardPlan {
  /** Empty where nothing is said. */
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
  /** Of the source's entries that were listed, together. */
  readonly bytes?: number;
  /** Keys that only the backup has. */
  readonly extras: number;
  /** Those of them that bear a stamp of this source. */
  readonly mirroredExtras: number;
  /** Those of them that a run would delete if no guard held it. Undefined in documents of a former release: all of them. */
  readonly deletions?: number;
  /** Those of them that stay since they bear no stamp of ours and the run has no leave for them, by the reason. */
  readonly foreign?: Readonly<Record<string, number>>;
  /** Keys of a hierarchical source that something on the backup kept from being mirrored. */
  readonly blocked?: number;
  /** Why its extras are left alone. */
  readonly stopped?: AlertCode | 'deletes-are-kept' | 'container-not-mirrored';
  /** Why it is not walked at all: a code, and a sentence. */
  readonly failed?: { readonly code: string; readonly detail: string };
  /** Its listings do not have the order that was expected: it is walked in the slower way. */
  readonly unordered?: true;
}

export interface Counts {
  /** Keys that were on both sides and in step. */
  readonly inStep: number;
  /** Keys that were not. */
  readonly nominated: number;
  readonly bytesCopied: number;
  /** By the verdict of the heart; in a dry run `missing`, `extra` and `different`. */
  readonly byVerdict: Readonly<Record<string, number>>;
  /** By the reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** By the code of the error. */
  readonly failed: Readonly<Record<string, number>>;
}

/** The first ones of each, a hundred at most; all are in the report. */
export interface Samples {
  readonly repaired: readonly ReportLine[];
  readonly skipped: readonly ReportLine[];
  readonly failed: readonly ReportLine[];
}

/** What became of one key that was out of step: a line of the report. */
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
  | 'document-damaged';

/** A run without what grows with the number of its shards, containers and samples. */
export type RunSummary = Omit<Run, 'shards' | 'containers' | 'samples'>;

export function toSummary({
  shards: _shards,
  containers: _containers,
  samples: _samples,
  ...run
}: Run): RunSummary {
  return run;
}
