import { shardMessageId } from '../model/reconcile/shard.js';
import type { ShardQueue } from '../ports/shard-queue.js';
import type { MemoryQueue } from './memory-queue.js';
import type { Schedule } from './schedule.js';

/** The port of shards on a queue in memory, for a client whose calls have this schedule. */
export function createMemoryShardQueue(queue: MemoryQueue, schedule: Schedule): ShardQueue {
  return {
    send: async (message, delayMs = 0) => {
      await schedule('queue.send', undefined, () =>
        // As text, as it would travel.
        queue.send({
          messageId: shardMessageId(message),
          body: JSON.parse(JSON.stringify(message)),
          delayMs,
        }),
      );
    },
  };
}
