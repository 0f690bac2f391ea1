import type {
  ProcessErrorArgs,
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';
import { theServiceClock } from '../../clock/observed-clock.ts';
import { withoutLink } from '../../sdk-internals/service-bus-objects.ts';
import { settledOrAborted } from '../../concurrency/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** A message that was received and is not settled yet. */
export interface Delivery {
  readonly message: ServiceBusReceivedMessage;
  readonly receiver: ServiceBusReceiver;
  /** Rejects when the broker refuses it, for example after the lock is lost. */
  settle(outcome: Settlement): Promise<void>;
}

export type Settlement = 'complete' | 'abandon';

export interface LinkOptions {
  readonly queue: string;
  /** Messages received at a time. */
  readonly calls: number;
  /** Ends the attempts to open the link. */
  readonly stopping: AbortSignal;
  /** Must not reject. The next message is received after it resolves. */
  onMessage(delivery: Delivery): Promise<void>;
  onUp(): void;
  onDown(error: Error): void;
}

/**
 * Receives from a queue over a link that the client reopens whenever it is lost. @azure/service-bus 7.9 has two defects with
 * messages that were received over a lost link, which are worked around here:
 * - It settles them over the new link, which does not know them, and waits a minute for an answer. They are settled
 *   through `$management` instead, as the client does while the link is down.
 * - When their handlers return, it adds a credit for each, though the new link has its credits already.
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
      // A promise that never settles adds no credit, and is garbage collected.
      if (signal.aborted) await new Promise<never>(() => undefined);
    },
    processError({ error }: ProcessErrorArgs): Promise<void> {
      options.onDown(error);
      return Promise.resolve();
    },
    // The client calls it whenever the link is opened. It is not in its public types.
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

const MIN_PAUSE_MS = 1000;

/**
 * Renews the lock of a message at half of its time, for at most `maxMs`. Returns a function that stops it.
 *
 * The renewal of @azure/service-bus 7.9 is not used: it keeps timers by message id, so it fails for a message without an
 * id and confuses two messages with the same one.
 */
export function keepLock({ receiver, message }: Delivery, maxMs: number, log: Logger): () => void {
  const until = performance.now() + maxMs;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const schedule = (): void => {
    const left = lockLeftMs(message);
    if (ended || performance.now() + left >= until) return;
    const pause = Math.max(MIN_PAUSE_MS, left / 2);
    timer = setTimeout(() => void renew(), pause).unref();
  };

  const renew = async (): Promise<void> => {
    try {
      // The client updates lockedUntilUtc of the message.
      await receiver.renewMessageLock(message);
    } catch (error) {
      if (ended) return;
      log.warn('Message lock could not be renewed', { messageId: message.messageId, error });
      // The connection may be back before the lock expires.
      if (lockLeftMs(message) <= 0) return;
    }
    schedule();
  };

  schedule();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Milliseconds until the lock expires, by the clock of the services. */
function lockLeftMs({ lockedUntilUtc }: Delivery['message']): number {
  return (lockedUntilUtc?.getTime() ?? 0) - theServiceClock.now().getTime();
}

/** Logs two lines for each outage of the links to a queue: when the first link is lost, and when all are back. */
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
    this.#log.warn('Messages of the queue cannot be received; retrying', { code, reason: error.message });
  }
}
