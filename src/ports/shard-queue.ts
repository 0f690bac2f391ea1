import type { Shard } from '../model/reconcile/shard.js';

/** The queue that shards of a reconcile wait in. */
export interface ShardQueue {
  /**
   * Sends a shard, to come after so many milliseconds. The same slice and attempt of the same shard again, within the
   * queue's window, is dropped by its duplicate detection.
   *
   * @throws BlobmirrorError when the queue did not take it
   */
  send(shard: Shard, delayMs?: number): Promise<void>;
}
