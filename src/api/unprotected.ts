/** A key that is not protected: its change was seen, and is not in the backup. Times are ISO 8601. */
export interface UnprotectedKey {
  readonly container: string;
  /** Empty: the whole container, or its root directory. */
  readonly path: string;
  /** Whatever is below the path as well. */
  readonly below?: true;
  /** A reason or error code of docs/errors.md. */
  readonly reason: string;
  /** What would change that, as a sentence; empty for a reason of a newer release. */
  readonly hint: string;
  /** Since when; null: not known. */
  readonly since: string | null;
  /** The last check after that; null: none yet. */
  readonly lastTry: string | null;
  /**
   * What names it: the record of the mirror, a full sync that is not on record yet, a dead letter, or a message that waits
   * to recheck it.
   */
  readonly namedBy: 'record' | 'full-sync' | 'dead-letter' | 'waiting';
  /** An operator has acknowledged it. */
  readonly acknowledged?: true;
  /** The id of a dead letter about it. */
  readonly deadLetter?: string;
}

/** Keys that are counted and not named. */
export interface UnprotectedCount {
  /** Empty: of any container. */
  readonly container: string;
  readonly reason: string;
  readonly count: number;
  /** False: a key counts as often as it was found. */
  readonly isExact: boolean;
}

export interface UnprotectedPage {
  /** By container and path. */
  readonly keys: readonly UnprotectedKey[];
  /** The `from` of the next page; null: this page is the last. */
  readonly next: string | null;
  /** The named keys of all pages, by reason. */
  readonly byReason: Readonly<Record<string, number>>;
  readonly more: readonly UnprotectedCount[];
  /** False: there are more keys than are named. */
  readonly isComplete: boolean;
  /** What could not be read, or not to its end: `record`, `full-sync`, `dead-letters`, `waiting`, `containers`. */
  readonly unknown: readonly string[];
  /** Changes that wait in the queue, of any key: whether they can be mirrored is not known yet. Null: their number is not known. */
  readonly waiting: number | null;
}

export interface UnprotectedRequest {
  readonly container?: string | undefined;
  readonly prefix?: string | undefined;
  readonly reason?: string | undefined;
  /** The `next` of an earlier page. */
  readonly from?: string | undefined;
  readonly limit: number;
}

/** What an acknowledgement covers. */
export interface Acknowledged {
  /** Keys. One that is only counted counts as often as it was found. */
  readonly acknowledged: number;
  /** Purged dead letters that named no key. */
  readonly deadLetters: number;
}

interface RecordedKey {
  readonly container: string;
  readonly path: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly acknowledged?: true;
}

/** The recorded keys, as far as a statement needs them. */
export interface RecordedKeys {
  readonly keys: readonly RecordedKey[];
  /** Keys beyond those, of a full sync. */
  readonly more: number;
  /** The rows of what is counted and not named. A count that is not exact counts findings. */
  readonly counted?: readonly {
    readonly container?: string;
    readonly reason: string;
    readonly count: number;
    readonly since: string;
    readonly acknowledged?: number;
  }[];
  /** False: there are others. */
  readonly isComplete: boolean;
  /** False: others because the record was damaged, or is full. Default: as `isComplete`. */
  readonly isWhole?: boolean;
  /** The last full sync whose skipped and failed keys are among them. */
  readonly run?: string | undefined;
}

export const NOTHING_ON_RECORD: RecordedKeys = { keys: [], more: 0, isComplete: true };
