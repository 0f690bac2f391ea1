/** The queues that have dead letters: `events` of changes at the source, `reconcile` of shards of full syncs. */
export const DEAD_LETTER_QUEUES = ['events', 'reconcile'] as const;
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** A message that could not be handled. Times are ISO 8601. */
export interface DeadLetter {
  /** `QUEUE:SEQUENCE NUMBER`. */
  readonly id: string;
  readonly queue: DeadLetterQueueName;
  /** Why: a code of the error table (docs/errors.md), or one of a newer release. */
  readonly code: string;
  readonly detail: string;
  /** What to do about it. */
  readonly hint: string;
  /** The key; undefined if the message names none. */
  readonly container?: string;
  readonly path?: string;
  /** The event's type; `shard` for a shard of a full sync; otherwise empty. */
  readonly event: string;
  /** Failed attempts. */
  readonly attempts: number;
  readonly firstSeen: string;
  readonly deadLetteredAt: string;
  /** Milliseconds since `deadLetteredAt`. */
  readonly ageMs: number;
  readonly firstError?: DeadLetterError;
  readonly lastError?: DeadLetterError;
  /** How often it was replayed. */
  readonly replays: number;
  /** Only of a single dead letter and in an export: JSON, text, or `{base64}` of anything else. */
  readonly messageBody?: unknown;
}

export interface DeadLetterError {
  readonly code: string;
  readonly detail: string;
}

/** Which dead letters: exactly one of `ids`, `all`, or code and/or container. */
export interface DeadLetterSelection {
  readonly ids?: readonly string[] | undefined;
  readonly code?: string | undefined;
  readonly container?: string | undefined;
  readonly all?: true | undefined;
}

export interface DeadLetterSummary {
  readonly count: number;
  /** False: there are more than were counted. */
  readonly isComplete: boolean;
  /** How many of them are acknowledged. */
  readonly acknowledged: number;
  readonly byCode: Readonly<Record<string, number>>;
  /** Of those that name a container. */
  readonly byContainer: Readonly<Record<string, number>>;
  /** When the oldest that is not acknowledged was dead-lettered; null: there is none. */
  readonly oldest: string | null;
  /** Dead letters up to this time are acknowledged; null: none ever was. */
  readonly acknowledgedUntil: string | null;
}

/** The result of a replay or a purge. */
export interface ProcessedDeadLetters {
  /** Replayed or purged; in a dry run, those that would be. */
  readonly done: number;
  /** Replayed, purged or taken by another process meanwhile. */
  readonly gone: number;
  /** Still there: locked by another process, or their queue refused the message. */
  readonly failed: number;
  /** False: the time limit was reached; repeat the request to process the rest. */
  readonly isComplete: boolean;
}
