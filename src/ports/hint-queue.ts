import type { ErrorCode } from '../model/errors.js';

/** The queue that hints come from, as far as a handler may write to it. */
export interface HintQueue {
  /** The event comes back after the delay, in milliseconds. Sending the same `messageId` again is harmless. */
  sendLater(message: HintMessage, delayMs: number): Promise<void>;

  /** The event goes to the dead-letter queue, with what is in `message` readable there. */
  deadLetter(message: HintMessage): Promise<void>;
}

/** One event on the queue, with what earlier tries learned. */
export interface HintMessage {
  /** At most 128 characters. */
  readonly messageId: string;
  /** The event as it came. */
  readonly event: unknown;
  /** How many tries there were; 0 for one that comes from Event Grid. */
  readonly attempts: number;
  readonly firstSeen: Date;
  readonly lastError?: { readonly code: ErrorCode; readonly detail: string; readonly hint: string };
}
