import type { HintMessage } from '../model/hint-message.ts';
import type { ShardMessage } from '../model/shard-message.ts';

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

/** The queue that shards of a reconcile wait in. */
export interface ShardQueue {
  /**
   * Asks for a slice of a shard, to come after so many milliseconds. The same slice and attempt of the same shard again, within the
   * queue's window, is dropped by its duplicate detection.
   *
   * @throws BlobmirrorError when the queue did not take it
   */
  send(message: ShardMessage, delayMs?: number): Promise<void>;
}
