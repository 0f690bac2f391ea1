/** The queues that have dead letters: `events` are changes at the source, `reconcile` pieces of full syncs. */
export const DEAD_LETTER_QUEUES = ['events', 'reconcile'] as const;
export type DeadLetterQueueName = (typeof DEAD_LETTER_QUEUES)[number];

/** What became of a message that could not be worked on, for whoever is to mend it. Times are ISO 8601. */
export interface DeadLetter {
  /** `QUEUE:SEQUENCE NUMBER`. */
  readonly id: string;
  readonly queue: DeadLetterQueueName;
  /** Why it is here: a code of the error table, or one of a newer worker. */
  readonly code: string;
  readonly detail: string;
  /** What to do about it. */
  readonly hint: string;
  /** The key, as far as the message names one. */
  readonly container?: string;
  readonly path?: string;
  /** The event's type; `shard` for a piece of a full sync; empty where it is neither. */
  readonly event: string;
  /** How many tries failed. */
  readonly attempts: number;
  readonly firstSeen: string;
  readonly deadLetteredAt: string;
  /** Since then, in milliseconds. */
  readonly ageMs: number;
  readonly firstError?: DeadLetterError;
  readonly lastError?: DeadLetterError;
  /** How often it was replayed before. */
  readonly replays: number;
  /** Only where one letter is shown, and in an export: JSON, or text, or `{base64}` of what is neither. */
  readonly messageBody?: unknown;
}

export interface DeadLetterError {
  readonly code: string;
  readonly detail: string;
}

/** Which letters are meant: exactly one of these. A code may be narrowed to a container, and the reverse. */
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
  /** Of the letters, those that somebody has taken note of. */
  readonly acknowledged: number;
  readonly byCode: Readonly<Record<string, number>>;
  /** Of the letters that name a container. */
  readonly byContainer: Readonly<Record<string, number>>;
  /** When the oldest one that nobody has taken note of came here; null: there is none. */
  readonly oldest: string | null;
  /** Until when letters are taken note of; null: never was one. */
  readonly acknowledgedUntil: string | null;
}

/** What a replay or a purge did. */
export interface ProcessedDeadLetters {
  /** Replayed, or purged; of a dry run, those that would be. */
  readonly done: number;
  /** That somebody else has replayed, purged or taken meanwhile. */
  readonly gone: number;
  /** That are still there: held by somebody else, or their queue took no message. */
  readonly failed: number;
  /** False: time was up, and there may be more; the same again goes on. */
  readonly isComplete: boolean;
}
