import type { Key } from './key.ts';
import type { Prefix } from './prefix.ts';
import type { Rename } from './rename.ts';

/**
 * What is left of an event once it was read: keys to look at again. No byte of it decides what is written
 * (invariant 1); the rest is for filtering, for lag and for the log.
 */
export interface Hint {
  /** At least one; of a rename, the new name first. Several when the event's subject and url name different blobs, and for renames. */
  readonly keys: readonly Key[];
  /**
   * For each name of the event that lost characters on its way: the longest prefix that is sure. The blob is one of
   * those beneath it. The keys then are guesses.
   */
  readonly prefixes: readonly Prefix[];
  /** The rename that the event tells of, by the likeliest reading of both names. */
  readonly rename: Rename | undefined;
  /** Where a key proves to be a directory, what is below it must be looked at too: a directory's own event stands for all of it. */
  readonly isDeep: boolean;
  /** The source account that the event names, in lower case; undefined when it names none. */
  readonly account: string | undefined;
  readonly eventId: string | undefined;
  /** Empty where the event tells none. */
  readonly eventType: string;
  readonly eventTime: Date;
  /**
   * Whether the blob may change again without an event, so that it is looked at again a while after it was mirrored:
   * `closed` where the event says that its writer is done, `open` where it may be at work.
   */
  readonly silentChanges: 'none' | 'open' | 'closed';
  /** The event as it came, to be sent again when the key must be looked at later. */
  readonly event: unknown;
}
