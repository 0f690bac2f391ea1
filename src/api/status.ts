import type { RunSummary } from './run.ts';

/** How the mirror is doing: what `GET /api/status` answers and `blobmirror status -o json` prints. */
export interface Status {
  /** ISO 8601, as all times here. */
  readonly at: string;
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** The mirror's, where it is not `default`. */
  readonly name?: string;
  /** The recovery point in words: see statement.ts. */
  readonly statement: string;
  /** Of the machine that tells this: only while it is not known to be right, so that nothing is claimed by it. */
  readonly clock?: ClockStatus;
  /** Only while it is. */
  readonly paused?: PausedSince;
  readonly recovery: RecoveryPoint;
  readonly health: Health;
  readonly backlog: Backlog;
  readonly deadLetters: DeadLetterCounts;
  readonly activity: Activity;
  /** A sample a minute, the oldest first, of the last 24 hours at most. */
  readonly history: readonly RecoverySample[];
  readonly containers: readonly ContainerStatus[];
  /** The newest first, 10 at most, one that is under way included. */
  readonly runs: readonly RunSummary[];
}

/** What the services' clocks say of the clock of a machine. */
export type ClockStatus =
  | {
      readonly state: 'off';
      /** How far it is ahead of the service's, in milliseconds; negative where it is behind. */
      readonly aheadMs: number;
      /** The account whose clock says so. */
      readonly of: string;
    }
  /** No account has told its time yet, or the machine's clock has just jumped. */
  | { readonly state: 'unknown' };

interface PausedSince {
  readonly since: string;
  readonly by?: string;
  readonly reason?: string;
  /** Nobody is known to have asked for it. */
  readonly isUnknown?: true;
}

/** The newest moments up to which every change of the source is in the backup, the excepted keys aside. */
export interface RecoveryPoint {
  /** The start of the last full sync that left nothing unseen. Null: none was completed yet. */
  readonly proven: ProvenPoint | null;
  /** What the queue knows: the earliest change that waits in it, or now. Null: it could not be asked, or `clock` says why. */
  readonly live: LivePoint | null;
  readonly canary: CanaryStatus;
  readonly excepted: ExceptedKeys;
}

interface ProvenPoint {
  readonly at: string;
  readonly ageMs: number;
  /** The id of the full sync. */
  readonly run: string;
}

export interface LivePoint {
  readonly at: string;
  readonly ageMs: number;
}

export interface CanaryStatus {
  /** `waiting`: none was seen on the backup yet. */
  readonly state: 'off' | 'waiting' | 'following';
  /** How long the last one took to the backup, or how long the one that is not there has been on its way. */
  readonly ageMs?: number;
  /** When the source was given the last one. */
  readonly writtenAt?: string;
}

export interface ExceptedKeys {
  readonly count: number;
  /** The first ones. */
  readonly sample: readonly ExceptedKey[];
}

export interface ExceptedKey {
  readonly container: string;
  /** Empty: the whole container. */
  readonly path: string;
  readonly reason: string;
}

export interface Health {
  readonly status: 'ok' | 'failing';
  readonly problems: readonly HealthProblem[];
}

export interface HealthProblem {
  readonly code: string;
  /** A sentence, without names of blobs: anybody may read it. */
  readonly detail: string;
}

/** What waits in the queue of events. */
export interface Backlog {
  readonly messages: number;
  /** Of those, the ones that are to be looked at later. */
  readonly scheduled: number;
  /** Of the blobs that the events tell of. */
  readonly bytes: number;
  /** False: there is more than was counted. */
  readonly isComplete: boolean;
  /** By the age of the change; every bucket, the youngest first. */
  readonly byAge: readonly BacklogBucket[];
}

interface BacklogBucket {
  readonly bucket: string;
  readonly messages: number;
  readonly bytes: number;
}

export interface DeadLetterCounts {
  readonly count: number;
  readonly isComplete: boolean;
  readonly acknowledged: number;
  readonly byCode: Readonly<Record<string, number>>;
}

export interface RecoverySample {
  readonly at: string;
  readonly provenAgeMs: number | null;
  readonly liveAgeMs: number | null;
  readonly canaryAgeMs: number | null;
}

/** A container as the last full sync of everything saw it. */
export interface ContainerStatus {
  readonly name: string;
  readonly blobs: number;
  /** Null: that sync did not count them. */
  readonly bytes: number | null;
  readonly countedAt: string;
  readonly lastMirroredAt: string | null;
}

/** What all workers together did in the last hour. Times are ISO 8601. */
export interface Activity {
  /** The oldest first; a minute in which nothing happened is left out. */
  readonly minutes: readonly ActivityMinute[];
  /** Of the whole hour; null when no lag is known. */
  readonly lagP50Ms: number | null;
  readonly lagP99Ms: number | null;
  readonly changes: number;
  readonly bytes: number;
  /** When something of a container was mirrored last, as far as the workers remember: container to time. */
  readonly lastMirrored: Readonly<Record<string, string>>;
  /**
   * Large blobs that were copied although most likely headers or metadata alone had changed, the latest first: an equal
   * Content-MD5 proves no equal content, and each costs what an overwrite costs.
   */
  readonly copiedAgain: readonly CopiedAgain[];
}

export const NO_ACTIVITY: Activity = {
  minutes: [],
  lagP50Ms: null,
  lagP99Ms: null,
  changes: 0,
  bytes: 0,
  lastMirrored: {},
  copiedAgain: [],
};

interface CopiedAgain {
  readonly container: string;
  readonly path: string;
  readonly bytes: number;
  readonly at: string;
}

export interface ActivityMinute {
  /** When the minute began. */
  readonly at: string;
  /** Keys that were brought in step by a write or a delete on the backup. */
  readonly changes: number;
  /** Bytes of content that were copied. */
  readonly bytes: number;
  /** Every look at a key, those that found nothing to do included. */
  readonly byVerdict: Readonly<Record<string, number>>;
  /** Tries that failed. */
  readonly failed: number;
  readonly lagP50Ms: number | null;
  readonly lagP99Ms: number | null;
}
