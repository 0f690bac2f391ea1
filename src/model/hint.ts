import type { Key } from './key.js';

/**
 * What is left of an event once it was read: keys to look at again. No byte of it decides what is written
 * (invariant 1); the rest is for filtering, for lag and for the log.
 */
export interface Hint {
  /** At least one. Several when the event's subject and url name different blobs, and for renames. */
  readonly keys: readonly Key[];
  /** The source account that the event names, in lower case; undefined when it names none. */
  readonly account: string | undefined;
  readonly eventId: string;
  readonly eventType: string;
  readonly eventTime: Date;
  /** The blob may change again without an event: it deserves a second look a while after it was mirrored. */
  readonly mayChangeSilently: boolean;
  /** The event as it came, to be sent again when the key must be looked at later. */
  readonly event: unknown;
}
