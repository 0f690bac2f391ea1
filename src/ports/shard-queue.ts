import type { ShardMessage } from '../model/reconcile/shard.ts';

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
