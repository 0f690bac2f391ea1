import type {
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
  ServiceBusSender,
} from '@azure/service-bus';
import { createAzureQueueBrowser, parseBytes, toBrowsedMessage } from './queue-browser.ts';
import { toQueueError } from './queue-error.ts';
import { withoutLink } from '../../sdk-internals/service-bus-objects.ts';
import { theServiceClock } from '../../clock/observed-clock.ts';
import type {
  DeadLetterQueue,
  ProcessOptions,
  ReceivedDeadLetter,
  DeadLetterHandler,
} from '../../ports/dead-letter-queue.ts';

/** Dead letters that are received and handled at once. */
const BATCH = 200;
/** The client takes at most 2,048 unsettled messages on a link. */
const MAX_HELD_BY_LINK = 1000;
/** A dead-letter queue that delivers no message for this long has none left that is not locked. */
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
      // Keeps the body as bytes, so that the same bytes are sent again.
      skipParsingBodyAsJson: true,
      maxAutoLockRenewalDurationInMs: 0,
    });

  async function processAll(visit: DeadLetterHandler, { expected, signal }: ProcessOptions): Promise<void> {
    // Dead letters whose locks are lost come again, and new ones may arrive.
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
        if (heldByLink < MAX_HELD_BY_LINK) continue;
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
      throw toQueueError(error, receiver.entityPath, 'let no message be received');
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
          // Only the queue knows whether it is still there; the next browse shows it.
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

/** Locks that are released or renewed at a time. */
const AT_ONCE = 200;

interface HeldLock {
  readonly lockToken: string;
  readonly deadline: number;
}

/**
 * Messages that are locked only to reach those after them. Only their locks are kept, so that ten thousand of
 * them take no more than a megabyte; `withoutLink` settles them by the lock token alone.
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

  /** Renews the locks that expire soon. A message whose lock is lost comes again by itself. */
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

  /** Releases all of them. A lock that cannot be released expires by itself. */
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
