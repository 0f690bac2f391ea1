import type { HintMessage } from '../model/hint-message.ts';

/** The queue that hints come from, as far as a handler may write to it. Every method rejects with a `BlobmirrorError` when the queue did not take the message. */
export interface HintQueue {
  /** The event comes back after the delay, in milliseconds. */
  sendLater(message: HintMessage, delayMs: number): Promise<void>;

  /**
   * The event goes to the dead-letter queue, and its history can be read there. It may come by once more on its way,
   * marked as parked.
   */
  deadLetter(message: HintMessage): Promise<void>;
}
