import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import { type OnSendRefused, sendWithRetry } from '../concurrency/send-with-retry.ts';
import type { HintQueue, ShardQueue } from './work-queues.ts';

/** The queue of hints, for callers that hold a message and should not abandon it lightly. */
export function retryHintQueue(
  queue: HintQueue,
  tell: OnSendRefused,
  clock: SteadyClock = systemSteadyClock,
): HintQueue {
  return {
    sendLater: async (message, delayMs) =>
      await sendWithRetry(clock, tell, async () => await queue.sendLater(message, delayMs)),
    deadLetter: async (message) =>
      await sendWithRetry(clock, tell, async () => await queue.deadLetter(message)),
  };
}

/** The queue of shards, for callers that hold a message and should not abandon it lightly. */
export function retryShardQueue(
  queue: ShardQueue,
  tell: OnSendRefused,
  clock: SteadyClock = systemSteadyClock,
): ShardQueue {
  return {
    send: async (shard, delayMs) =>
      await sendWithRetry(clock, tell, async () => await queue.send(shard, delayMs)),
  };
}
