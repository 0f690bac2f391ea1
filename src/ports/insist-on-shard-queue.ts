import { type Clock, systemClock } from './clock.ts';
import { insist, type TellRefusal } from './insist.ts';
import type { ShardQueue } from './shard-queue.ts';

/** The queue of shards, for those who hold a message that they must not give back lightly. */
export function insistOnShardQueue(
  queue: ShardQueue,
  tell: TellRefusal,
  clock: Clock = systemClock,
): ShardQueue {
  return {
    send: async (shard, delayMs) => await insist(clock, tell, async () => await queue.send(shard, delayMs)),
  };
}
