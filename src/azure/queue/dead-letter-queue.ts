import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSender,
} from '@azure/service-bus';
import { createAzureQueueBrowser, parseBytes, toBrowsedMessage } from './queue-browser.ts';
import { toQueueError } from './queue-error.ts';
import { withoutLink } from '../../sdk-internals/service-bus-objects.ts';
import { theServiceClock } from '../../clock/process-clocks.ts';
import type {
  DeadLetterQueue,
  ProcessOptions,
  ReceivedDeadLetter,
  DeadLetterHandler,
} from '../../ports/dead-letter-queue.ts';

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

  async function processAll(visit: DeadLetterHandler, { expected, signal }: ProcessOptions): Promise<void> {
    // Those whose locks were lost come again, and others may come anew.
    const most = 3 * expected + 2 * BATCH;
    const held = new HeldLocks();
    let receiver = open();
    let heldByLink = 0;
    try {
      for (let seen = 0, isEnough = false; seen < most && !isEnough && !signal.aborted;) {
        await held.renewExpiring(receiver);
        const wanted = seen < expected ? expected - seen : most - seen;
        const batch = await receive(receiver, Math.min(BATCH, wanted));
        if (batch.length === 0) return;
        seen += batch.length;
        const outcomes = await Promise.allSettled(
          batch.map(async (message) => await handleOne(message, receiver, visit, held)),
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
      await held.abandonAll(receiver);
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

  async function handleOne(
    message: ServiceBusReceivedMessage,
    receiver: ServiceBusReceiver,
    visit: DeadLetterHandler,
    held: HeldLocks,
  ): Promise<'next' | 'enough'> {
    let isRemoved = false;
    const deadLetter: ReceivedDeadLetter = {
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
      return await visit(deadLetter);
    } finally {
      if (!isRemoved) held.add(message);
    }
  }

  return { ...createAzureQueueBrowser(client, queue, { deadLetter: true }), process: processAll };
}

/** Locks that are given up or renewed at a time. */
const AT_ONCE = 200;

interface HeldLock {
  readonly lockToken: string;
  readonly deadline: number;
}

/**
 * Messages that are held only to get past them. Nothing is kept of them but the locks, so that ten thousand of them
 * cost no more than a megabyte. A message without the link that it came by is what the client takes for a deferred one:
 * it settles that by its lock token alone.
 */
class HeldLocks {
  #held: HeldLock[] = [];

  get size(): number {
    return this.#held.length;
  }

  add({ lockToken, lockedUntilUtc }: ServiceBusReceivedMessage): void {
    if (lockToken === undefined) return;
    const left = (lockedUntilUtc?.getTime() ?? 0) - theServiceClock.now().getTime();
    // A third before its end.
    this.#held.push({ lockToken, deadline: performance.now() + (left * 2) / 3 });
  }

  /** Renews what would be lost soon. One that is lost comes again by itself. */
  async renewExpiring(receiver: ServiceBusReceiver): Promise<void> {
    const now = performance.now();
    const due = this.#held.filter(({ deadline }) => deadline <= now);
    if (due.length === 0) return;
    this.#held = this.#held.filter(({ deadline }) => deadline > now);
    await forEachInGroups(due, async ({ lockToken }) => {
      const lockedUntilUtc = await receiver.renewMessageLock(withoutLink({ lockToken }));
      this.add({ lockToken, lockedUntilUtc } as ServiceBusReceivedMessage);
    });
  }

  /** Gives all of them back. What cannot be given back comes back by itself when its lock runs out. */
  async abandonAll(receiver: ServiceBusReceiver): Promise<void> {
    await forEachInGroups(this.#held.splice(0), async ({ lockToken }) => {
      await receiver.abandonMessage(withoutLink({ lockToken }));
    });
  }
}

async function forEachInGroups(
  held: readonly HeldLock[],
  act: (held: HeldLock) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < held.length; from += AT_ONCE) {
    await Promise.allSettled(held.slice(from, from + AT_ONCE).map(act));
  }
}
