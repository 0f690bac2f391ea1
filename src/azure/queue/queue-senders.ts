import type { ServiceBusMessage, ServiceBusSender } from '@azure/service-bus';
import { toQueueError } from './queue-error.ts';
import { theQueueClock } from '../../clock/observed-clock.ts';
import { type HintMessage, toProperties } from '../../model/hint-message.ts';
import { shardMessageId } from '../../model/shard-message.ts';
import type { HintQueue, ShardQueue } from '../../ports/work-queues.ts';
import { activeTrace, inSendSpan } from '../../telemetry/spans.ts';

/** Long enough for the queue to accept the message, and too short for a worker to process it. */
const PARKED_TTL_MS = 1;

/**
 * The hint queue on Service Bus. A handler in Azure Functions cannot dead-letter with a reason: its trigger
 * only completes or abandons. So a message is dead-lettered by sending a copy that expires at once, which the
 * queue, set to dead-letter on expiration, moves to its dead-letter queue with all application properties.
 * The host outside Functions does the same.
 */
export function createAzureHintQueue(sender: ServiceBusSender): HintQueue {
  async function send(message: HintMessage, more: Partial<ServiceBusMessage>): Promise<void> {
    await inSendSpan(sender.entityPath, message.messageId, async () => {
      try {
        await sender.sendMessages({ ...toMessage(message), ...more });
      } catch (error) {
        throw toQueueError(error, sender.entityPath);
      }
    });
  }

  return {
    sendLater: async (message, delayMs) => {
      await send(message, { scheduledEnqueueTimeUtc: new Date(theQueueClock.now().getTime() + delayMs) });
    },
    deadLetter: async (message) => {
      await send(message, { timeToLive: PARKED_TTL_MS });
    },
  };
}

function toMessage({ messageId, event, history }: HintMessage): ServiceBusMessage {
  return {
    body: event,
    messageId,
    contentType: 'application/json',
    ...(history.lastError && { subject: history.lastError.code }),
    // When this process does not trace, the message keeps the trace context that it came with.
    applicationProperties: toProperties({ ...history, trace: activeTrace() ?? history.trace }),
  };
}

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
