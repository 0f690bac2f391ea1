import type {
  ProcessErrorArgs,
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';
import { settledOrAborted } from '../settled-or-aborted.ts';

/** A message in hand. */
export interface Delivery {
  readonly message: ServiceBusReceivedMessage;
  /** Renews locks. */
  readonly receiver: ServiceBusReceiver;
  /** Rejects when the broker does not take it, as when the lock is lost. */
  settle(outcome: Outcome): Promise<void>;
}

export type Outcome = 'complete' | 'abandon';

export interface LinkOptions {
  readonly queue: string;
  /** Messages in hand at a time. */
  readonly calls: number;
  /** Ends the attempts to open the link. */
  readonly stopping: AbortSignal;
  /** Never rejects; the next message comes when it has resolved. */
  take(delivery: Delivery): Promise<void>;
  onUp(): void;
  onDown(error: Error): void;
}

/**
 * Receives from a queue over a link that the client opens anew whenever it is lost, for ever. A lost link leaves
 * messages in hand that came over it, and @azure/service-bus 7.9 is wrong about them in two ways that are mended here:
 * - It settles them over the new link, which has never heard of them, and waits a minute for an answer. They are
 *   settled through `$management` instead, as the client does while the link is down.
 * - When their handlers return it asks for one message more each, though the new link has asked already.
 */
export function openLink(client: ServiceBusClient, options: LinkOptions): { close(): Promise<void> } {
  const receiver = client.createReceiver(options.queue, {
    receiveMode: 'peekLock',
    maxAutoLockRenewalDurationInMs: 0,
    skipParsingBodyAsJson: true,
  });
  let lost = new AbortController();

  const handlers = {
    async processMessage(message: ServiceBusReceivedMessage): Promise<void> {
      const { signal } = lost;
      await options.take({ message, receiver, settle: (outcome) => settle(message, outcome, signal) });
      // What never returns asks for nothing, and is garbage.
      if (signal.aborted) await new Promise<never>(() => undefined);
    },
    processError({ error }: ProcessErrorArgs): Promise<void> {
      options.onDown(error);
      return Promise.resolve();
    },
    // Called by the client whenever the link is open, the first time and after a loss. Not in its public types.
    postInitialize(): Promise<void> {
      lost.abort();
      lost = new AbortController();
      options.onUp();
      return Promise.resolve();
    },
  };
  return receiver.subscribe(handlers, {
    autoCompleteMessages: false,
    maxConcurrentCalls: options.calls,
    abortSignal: options.stopping,
  });

  async function settle(
    message: ServiceBusReceivedMessage,
    outcome: Outcome,
    lostSince: AbortSignal,
  ): Promise<void> {
    if (!lostSince.aborted) {
      const settled = settleOverLink(message, outcome);
      await settledOrAborted(settled, lostSince);
      if (!lostSince.aborted) return settled;
      settled.catch(() => undefined);
    }
    // A message without a link is one to be settled through $management; the client keeps the link in `delivery`.
    await settleOverLink({ ...message, delivery: {} } as ServiceBusReceivedMessage, outcome);
  }

  function settleOverLink(message: ServiceBusReceivedMessage, outcome: Outcome): Promise<void> {
    return outcome === 'complete' ? receiver.completeMessage(message) : receiver.abandonMessage(message);
  }
}
