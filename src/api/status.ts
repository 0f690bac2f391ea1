import type { RunSummary } from './run.ts';
import type { ScopeStatus } from './scope-status.ts';

/** The status of the mirror: `GET /api/status` and `blobmirror status -o json`. */
export interface Status {
  /** ISO 8601, as all times here. */
  readonly at: string;
  /** Account names. */
  readonly source: string;
  readonly backup: string;
  /** The mirror's name, unless it is `default`. */
  readonly name?: string;
  /** The recovery point in words: see statement.ts. */
  readonly statement: string;
  /** The clock of the worker that answers, only while it is wrong or not confirmed: then nothing is claimed by it. */
  readonly clock?: ClockStatus;
  /** Only while mirroring is paused. */
  readonly paused?: PausedSince;
  /**
   * Only while the mirror's own documents cannot be read: the time of what is told of them, or null if they were never
   * read, so that nothing is known of them. They tell the proven point and its exceptions, the pause, the canary, the
   * activity, the history, the containers and the runs.
   */
  readonly stateAsOf?: string | null;
  readonly recovery: RecoveryPoint;
  readonly health: Health;
  readonly backlog: Backlog;
  readonly deadLetters: DeadLetterCounts;
  readonly activity: Activity;
  /** A sample a minute, the oldest first, of the last 24 hours at most. */
  readonly history: readonly RecoverySample[];
  readonly containers: readonly ContainerStatus[];
  /** Which containers and paths the settings mirror. */
  readonly scope: ScopeStatus;
  /** The newest first, 10 at most, one that is under way included. */
  readonly runs: readonly RunSummary[];
}

/** The clock of a machine, compared with those of the services. */
export type ClockStatus =
  | {
      readonly state: 'off';
      /** Milliseconds ahead of the service's clock; negative: behind. */
      readonly aheadMs: number;
      /** The account whose clock it was compared with. */
      readonly of: string;
    }
  /** No account has told its time yet, or the machine's clock has just jumped. */
  | { readonly state: 'unknown' };

interface PausedSince {
  readonly since: string;
  readonly by?: string;
  readonly reason?: string;
  /** The pause document cannot be read. */
  readonly isUnknown?: true;
}

/**
 * Two recovery points (RPO): times up to which every change of the source is in the backup, except for the `excepted` keys.
 * `proven` rests on listings of both accounts; `live` on the events that wait, and its age is the replication lag.
 */
export interface RecoveryPoint {
  /** The start of the last complete, unrestricted full sync. Null: there was none yet. */
  readonly proven: ProvenPoint | null;
  /** The earliest change that waits in the queue, or now. Null: the queue could not be read, or `clock` says why. */
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
  /** `waiting`: none has arrived on the backup yet. */
  readonly state: 'off' | 'waiting' | 'following';
  /** Only while what is known of it cannot be read. */
  readonly isUnknown?: true;
  /** How long the last one took to arrive, or how long the current one has been under way. */
  readonly ageMs?: number;
  /** When the last one was written to the source. */
  readonly writtenAt?: string;
}

export interface ExceptedKeys {
  readonly count: number;
  /** Only while there may be more: not all of what names them could be read, or counts of keys without names may overlap. */
  readonly isComplete?: false;
  /** The first ones: `GET /api/unprotected` names them all. */
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
  /** A sentence without names of blobs. */
  readonly detail: string;
  /** The same for anyone who asks: without names of containers and of secrets. Absent: `detail` has none. */
  readonly publicDetail?: string;
  /** The full sync that found it, if one alone did. */
  readonly run?: string;
  /** It is reported, and does not make health fail. */
  readonly severity?: 'warning';
}

/** The messages in the events queue. */
export interface Backlog {
  readonly messages: number;
  /** Of those, scheduled rechecks. */
  readonly scheduled: number;
  /** Total size of the blobs of the events. */
  readonly bytes: number;
  /** False: there is more than was counted. */
  readonly isComplete: boolean;
  /** Only while the queue cannot be read: the numbers say nothing. */
  readonly isUnknown?: true;
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
  /** Only while the dead-letter queues cannot be read: the numbers say nothing. */
  readonly isUnknown?: true;
  readonly acknowledged: number;
  readonly byCode: Readonly<Record<string, number>>;
}

export interface RecoverySample {
  readonly at: string;
  readonly provenAgeMs: number | null;
  readonly liveAgeMs: number | null;
  readonly canaryAgeMs: number | null;
}

/** A container, as the last unrestricted full sync counted it. */
export interface ContainerStatus {
  readonly name: string;
  readonly blobs: number;
  /** Null: that full sync did not count them. */
  readonly bytes: number | null;
  readonly countedAt: string;
  readonly lastMirroredAt: string | null;
}

/** The activity of all workers together in the last hour. Times are ISO 8601. */
export interface Activity {
  /** The oldest first; a minute in which nothing happened is left out. */
  readonly minutes: readonly ActivityMinute[];
  /** Of the whole hour; null when no lag is known. */
  readonly lagP50Ms: number | null;
  readonly lagP99Ms: number | null;
  readonly changes: number;
  readonly bytes: number;
  /** By container, when a change was mirrored last, as far as the workers remember. */
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
  /** Checks of keys, including those that found nothing to do. */
  readonly byVerdict: Readonly<Record<string, number>>;
  /** Failed attempts. */
  readonly failed: number;
  readonly lagP50Ms: number | null;
  readonly lagP99Ms: number | null;
}
