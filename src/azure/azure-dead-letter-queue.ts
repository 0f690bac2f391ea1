import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSender,
} from '@azure/service-bus';
import type { DeadLetterQueue, TakenLetter, TakeOptions, Visit } from '../ports/dead-letter-queue.ts';
import { createAzureQueueBrowser } from './azure-queue-browser.ts';
import { HeldLocks } from './held-locks.ts';
import { toQueueError } from './queue-error.ts';
import { parseBytes, toBrowsedMessage } from './to-browsed-message.ts';

/** Letters that are taken and worked on at once. */
const BATCH = 200;
/** The client has room for 2,048 messages of a link that are not settled. */
const MOST_HELD_BY_LINK = 1000;
/** After so long without a letter there is none that nobody holds. */
const WAIT_MS = 1500;

/** The dead-letter queue of a queue on Service Bus. The sender is that queue's own. */
export function createAzureDeadLetterQueue(
  client: ServiceBusClient,
  sender: ServiceBusSender,
): DeadLetterQueue {
  const queue = sender.entityPath;
  const open = (): ServiceBusReceiver =>
    client.createReceiver(queue, {
      subQueueType: 'deadLetter',
      // What is sent again is what came, byte by byte.
      skipParsingBodyAsJson: true,
      maxAutoLockRenewalDurationInMs: 0,
    });

  async function take(visit: Visit, { expected, signal }: TakeOptions): Promise<void> {
    // Those whose locks were lost come again, and others may come anew.
    const most = 3 * expected + 2 * BATCH;
    const held = new HeldLocks();
    let receiver = open();
    let heldByLink = 0;
    try {
      for (let seen = 0, isEnough = false; seen < most && !isEnough && !signal.aborted;) {
        await held.renew(receiver);
        const wanted = seen < expected ? expected - seen : most - seen;
        const batch = await receive(receiver, Math.min(BATCH, wanted));
        if (batch.length === 0) return;
        seen += batch.length;
        const outcomes = await Promise.allSettled(
          batch.map(async (message) => await show(message, receiver, visit, held)),
        );
        const failed = outcomes.find((outcome) => outcome.status === 'rejected');
        if (failed !== undefined) throw failed.reason;
        isEnough = outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value === 'enough');
        heldByLink += batch.length;
        if (heldByLink < MOST_HELD_BY_LINK) continue;
        heldByLink = 0;
        await receiver.close();
        receiver = open();
      }
    } finally {
      await held.giveBack(receiver);
      await receiver.close();
    }
  }

  async function receive(receiver: ServiceBusReceiver, most: number): Promise<ServiceBusReceivedMessage[]> {
    try {
      return await receiver.receiveMessages(most, { maxWaitTimeInMs: WAIT_MS });
    } catch (error) {
      throw toQueueError(error, receiver.entityPath, 'gave no message');
    }
  }

  async function show(
    message: ServiceBusReceivedMessage,
    receiver: ServiceBusReceiver,
    visit: Visit,
    held: HeldLocks,
  ): Promise<'next' | 'enough'> {
    let isRemoved = false;
    const letter: TakenLetter = {
      message: toBrowsedMessage({ ...message, body: parseBytes(message.body) }),
      sendAgain: async ({ messageId, applicationProperties }) => {
        const { contentType = 'application/json' } = message;
        try {
          await sender.sendMessages({
            body: message.body as unknown,
            messageId,
            contentType,
            applicationProperties: { ...applicationProperties },
          });
        } catch (error) {
          throw toQueueError(error, queue);
        }
      },
      remove: async () => {
        isRemoved = true;
        try {
          await receiver.completeMessage(message);
          return 'removed';
        } catch {
          // Whatever the reason, nobody knows but the queue: who looks again sees whether it is there.
          return 'lost';
        }
      },
    };
    try {
      return await visit(letter);
    } finally {
      if (!isRemoved) held.hold(message);
    }
  }

  return { ...createAzureQueueBrowser(client, queue, { deadLetter: true }), take };
}
