import type { HintMessage } from '../model/hint-message.ts';
import type { ShardMessage } from '../model/shard-message.ts';

/**
 * The hint queue, as far as a handler may write to it. Every method rejects with a `BlobmirrorError` when the
 * queue did not take the message.
 */
export interface HintQueue {
  /** Sends the event again, to come after the delay, in milliseconds. */
  sendLater(message: HintMessage, delayMs: number): Promise<void>;

  /**
   * Moves the event to the dead-letter queue, where its history can be read. The event may be received once
   * more on its way, marked as parked.
   */
  deadLetter(message: HintMessage): Promise<void>;
}

/** The queue of the shards of a full sync. */
export interface ShardQueue {
  /**
   * Requests a slice of a shard, to come after a delay in milliseconds. The queue's duplicate detection drops
   * the same slice and attempt of the same shard again within its window.
   *
   * @throws BlobmirrorError when the queue did not take it
   */
  send(message: ShardMessage, delayMs?: number): Promise<void>;
}
