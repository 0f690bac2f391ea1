import type { DeadLetter } from './dead-letter.ts';
import type { Difference } from './difference.ts';
import type { ReportLine } from './run.ts';
import type { UnprotectedKey } from './unprotected.ts';
import type { Access } from '../model/access.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { type Key, parseKey } from '../model/key.ts';

/** What is known of one key: `GET /api/show` and `blobmirror show -o json`. Times are ISO 8601. */
export interface ShownKey {
  readonly at: string;
  readonly container: string;
  readonly path: string;
  readonly verdict: KeyVerdict;
  readonly scope: {
    readonly isMirrored: boolean;
    /** The rule that excludes it. */
    readonly exclusion?: string;
    /** The name of its container on the backup; null: it has none. */
    readonly backupContainer: string | null;
  };
  readonly source: ShownSide;
  readonly backup: ShownSide;
  /** What a check would do now. Null: a side is not known. */
  readonly decision: KeyDecision | null;
  /** What `verify` would report, content by its MD5. Null: a side is not known. */
  readonly differences: readonly Difference[] | null;
  readonly waiting: ShownPart<WaitingForKey>;
  readonly deadLetters: ShownPart<DeadLettersOfKey>;
  readonly lastFullSync: ShownPart<LastFullSync>;
  /** What the record of unprotected keys says of it, of a directory above it, or of its container. */
  readonly unprotected: ShownPart<{
    readonly keys: readonly UnprotectedKey[];
    /** False: the record does not name all keys of its container. */
    readonly isComplete: boolean;
  }>;
}

/**
 * `in-step`: the backup has what the source has, as far as the settings ask for it. `not-mirrored`: by the settings, or
 * since it came from the backup. `absent`: neither account has it. `unknown`: a side could not be read.
 */
export interface KeyVerdict {
  readonly state: 'in-step' | 'differs' | 'not-mirrored' | 'absent' | 'unknown';
  /** One sentence. */
  readonly detail: string;
  /** Why it is not mirrored: a reason of a skip, or an error code. */
  readonly reason?: string;
  /** What to do about it. */
  readonly hint?: string;
}

export interface KeyDecision {
  readonly action: string;
  readonly reason?: string;
  /** Why the last check left it, where that is known: this one ends in the same way unless that has changed. */
  readonly stoppedBy?: string;
}

/** What could not be read in time, and why. */
export interface NotKnown {
  readonly isUnknown: true;
  readonly code: string;
  readonly detail: string;
}

export type ShownPart<Known> = (Known & { readonly isUnknown?: undefined }) | NotKnown;

export type ShownSide = ShownPart<PresentSide | AbsentSide> & { readonly account: string };

export interface AbsentSide {
  readonly state: 'absent';
  /** Whether its container exists. */
  readonly container: 'exists' | 'missing';
}

export interface PresentSide {
  readonly state: 'present';
  readonly kind: 'block' | 'append' | 'page' | 'directory';
  readonly etag: string;
  readonly lastModified: string;
  /** Bytes. Not of a directory. */
  readonly size?: number;
  readonly contentType?: string;
  readonly contentMd5?: string;
  readonly tier?: string;
  /** It is the default of the account. */
  readonly isTierInferred?: true;
  readonly isArchived?: true;
  /** The account keeps versions. */
  readonly isVersioned?: true;
  /** A copy onto it is under way, or was left unfinished. */
  readonly copy?: 'pending' | 'unfinished';
  /** Which version of which account it was made from. */
  readonly stamp?: { readonly account: string; readonly etag: string; readonly lastModified: string };
  readonly access?: Access;
}

/** The messages of the events queue that are about a key. */
export interface WaitingForKey {
  readonly count: number;
  /** The first ones. */
  readonly messages: readonly WaitingMessage[];
  /** Messages that were looked at. */
  readonly read: number;
  /** False: a bound was reached, and more may wait. */
  readonly isComplete: boolean;
}

export interface WaitingMessage {
  readonly state: 'active' | 'scheduled' | 'deferred';
  /** The event's type; empty if it has none. */
  readonly event: string;
  /** When the change was. */
  readonly changedAt: string;
  readonly scheduledFor?: string;
  /** Failed attempts. */
  readonly attempts: number;
  /** The error of the last one. */
  readonly lastError?: string;
  /** Why a recheck waits: the key was found to be blocked or changing. */
  readonly heldFor?: string;
  /** Everything that the event named was mirrored: it waits for later changes. */
  readonly isRecheck?: true;
}

export interface DeadLettersOfKey {
  readonly count: number;
  /** The first ones. */
  readonly letters: readonly DeadLetter[];
  readonly isComplete: boolean;
}

/** The last full sync that ended and covered the key, dry runs aside. Null: none is known. */
export interface LastFullSync {
  readonly run: {
    readonly id: string;
    readonly state: string;
    readonly startedAt: string;
    readonly endedAt: string;
    /** The codes of its alerts: it may not have seen the key. */
    readonly alerts: readonly string[];
  } | null;
  /** What its report says of the key, or of its container. Empty: it was in step then, or did not exist. */
  readonly lines: readonly ReportLine[];
  /** False: a bound was reached before the end of the report. */
  readonly isComplete: boolean;
}

const SHAPE = 'it should be CONTAINER/PATH, like photos/2026/cat.jpg';

/** @throws BlobmirrorError `request-invalid` */
export function parseShownKey(text: string): Key {
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1)
    throw new BlobmirrorError(
      'request-invalid',
      `the key is ${JSON.stringify(text.slice(0, 100))}; ${SHAPE}`,
    );
  try {
    return parseKey(text.slice(0, slash), text.slice(slash + 1));
  } catch (cause) {
    const why = cause instanceof BlobmirrorError ? cause.message : String(cause);
    throw new BlobmirrorError('request-invalid', `${why}; ${SHAPE}`, { cause });
  }
}
