import { type Clock, systemClock } from '../clock/steady-clock.ts';
import { type TellRefusal, insist } from '../concurrency/send-with-retry.ts';
import type { HintQueue, ShardQueue } from './work-queues.ts';

/** The queue of hints, for those who hold a message that they must not give back lightly. */
export function insistOnQueue(queue: HintQueue, tell: TellRefusal, clock: Clock = systemClock): HintQueue {
  return {
    sendLater: async (message, delayMs) =>
      await insist(clock, tell, async () => await queue.sendLater(message, delayMs)),
    deadLetter: async (message) => await insist(clock, tell, async () => await queue.deadLetter(message)),
  };
}

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
