import { shardMessageId } from '../model/reconcile/shard.ts';
import type { ShardQueue } from '../ports/shard-queue.ts';
import type { MemoryQueue } from './memory-queue.ts';
import type { Schedule } from './schedule.ts';

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
