import type {
  ProcessErrorArgs,
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';
import { theServiceClock } from '../../clock/process-clocks.ts';
import { withoutLink } from '../../sdk-internals/service-bus-objects.ts';
import { settledOrAborted } from '../deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** A message in hand. */
export interface Delivery {
  readonly message: ServiceBusReceivedMessage;
  /** Renews locks. */
  readonly receiver: ServiceBusReceiver;
  /** Rejects when the broker does not take it, as when the lock is lost. */
  settle(outcome: Settlement): Promise<void>;
}

export type Settlement = 'complete' | 'abandon';

export interface LinkOptions {
  readonly queue: string;
  /** Messages in hand at a time. */
  readonly calls: number;
  /** Ends the attempts to open the link. */
  readonly stopping: AbortSignal;
  /** Never rejects; the next message comes when it has resolved. */
  onMessage(delivery: Delivery): Promise<void>;
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
      await options.onMessage({ message, receiver, settle: (outcome) => settle(message, outcome, signal) });
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
    outcome: Settlement,
    lostSince: AbortSignal,
  ): Promise<void> {
    if (!lostSince.aborted) {
      const settled = settleOverLink(message, outcome);
      await settledOrAborted(settled, lostSince);
      if (!lostSince.aborted) return settled;
      settled.catch(() => undefined);
    }
    await settleOverLink(withoutLink(message), outcome);
  }

  function settleOverLink(message: ServiceBusReceivedMessage, outcome: Settlement): Promise<void> {
    return outcome === 'complete' ? receiver.completeMessage(message) : receiver.abandonMessage(message);
  }
}

const SHORTEST_PAUSE_MS = 1000;

/**
 * Renews the lock of a message, each time when half of it is over, for at most `maxMs`. Returns what ends it.
 *
 * Written here since the renewal of @azure/service-bus 7.9 keeps its timers by message id: it refuses to settle a
 * message that has none, and mixes up two messages with the same one.
 */
export function keepLock({ receiver, message }: Delivery, maxMs: number, log: Logger): () => void {
  const until = performance.now() + maxMs;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const schedule = (): void => {
    const left = leftOf(message);
    if (ended || performance.now() + left >= until) return;
    const pause = Math.max(SHORTEST_PAUSE_MS, left / 2);
    timer = setTimeout(() => void renew(), pause).unref();
  };

  const renew = async (): Promise<void> => {
    try {
      // The client sets lockedUntilUtc of the message to the answer.
      await receiver.renewMessageLock(message);
    } catch (error) {
      if (ended) return;
      log.warn('Message lock could not be renewed', { messageId: message.messageId, error });
      // A cut connection may be back before the lock is over; a lock that is over stays over.
      if (leftOf(message) <= 0) return;
    }
    schedule();
  };

  schedule();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** For how many milliseconds the lock still holds, by the clocks of the services. */
function leftOf({ lockedUntilUtc }: Delivery['message']): number {
  return (lockedUntilUtc?.getTime() ?? 0) - theServiceClock.now().getTime();
}

/**
 * Follows the links to one queue and turns their many errors into two lines for each outage: one when the first link
 * is lost, one when all are back.
 */
export class LinkHealth {
  readonly #log: Logger;
  readonly #links: number;
  readonly #up = new Set<number>();
  #state: 'starting' | 'receiving' | 'outage' = 'starting';

  constructor(links: number, log: Logger) {
    this.#links = links;
    this.#log = log;
  }

  up(link: number): void {
    this.#up.add(link);
    if (this.#up.size < this.#links || this.#state === 'receiving') return;
    this.#log.info(this.#state === 'outage' ? 'receiving from the queue again' : 'receiving from the queue');
    this.#state = 'receiving';
  }

  down(link: number, error: Error): void {
    this.#up.delete(link);
    if (this.#state === 'outage') return;
    this.#state = 'outage';
    const code = 'code' in error ? error.code : undefined;
    this.#log.warn('Queue cannot be received; trying until it can', { code, reason: error.message });
  }
}
