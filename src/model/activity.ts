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
