import { theQueueClock } from '../clock/the-service-clock.ts';
import type { ServiceBusSender } from '@azure/service-bus';
import { shardMessageId } from '../model/reconcile/shard.ts';
import type { ShardQueue } from '../ports/shard-queue.ts';
import { toQueueError } from './queue-error.ts';

/** The queue of shards on Service Bus. */
export function createAzureShardQueue(sender: ServiceBusSender): ShardQueue {
  return {
    send: async (message, delayMs = 0) => {
      try {
        await sender.sendMessages({
          body: message,
          messageId: shardMessageId(message),
          contentType: 'application/json',
          ...(delayMs > 0 && {
            scheduledEnqueueTimeUtc: new Date(theQueueClock.now().getTime() + delayMs),
          }),
        });
      } catch (error) {
        throw toQueueError(error, sender.entityPath);
      }
    },
  };
}
