import type {
  ProcessErrorArgs,
  ServiceBusClient,
  ServiceBusReceivedMessage,
  ServiceBusReceiver,
} from '@azure/service-bus';
import type { Logger } from '../../telemetry/logger.js';
import type { Invoke } from '../create-invoke.js';
import type { ServiceBusSettings } from '../host-json.js';
import type { ServiceBusTrigger } from '../parse-trigger.js';
import type { RunningTrigger } from '../running-trigger.js';
import { settledOrAborted } from '../settled-or-aborted.js';
import { keepLock } from './keep-lock.js';
import { LinkHealth } from './link-health.js';
import { toInput, toTriggerMetadata } from './to-input.js';

/**
 * A receiving link has 2,048 slots for deliveries, and they are freed in order: behind one slow message, a link comes
 * to a halt after 2,047 quick ones. So a link has one message in hand at a time, and concurrency is many links. Only
 * above this number do links share.
 */
const MOST_LINKS = 64;

export interface ServiceBusContext {
  readonly client: ServiceBusClient;
  readonly settings: ServiceBusSettings;
  readonly invoke: Invoke;
  readonly log: Logger;
}

/**
 * Receives from a queue in peek-lock. The message is completed when the handler returns, abandoned when it throws or
 * is given up, and its lock is renewed meanwhile. A message that cannot be settled comes back when its lock is over.
 * The client restores lost links by itself, for ever.
 */
export function startServiceBus(trigger: ServiceBusTrigger, context: ServiceBusContext): RunningTrigger {
  const { client, settings, invoke } = context;
  const log = context.log.child({ function: trigger.name, queue: trigger.queue });
  const autoComplete = trigger.autoComplete ?? settings.autoCompleteMessages;
  const links = Math.min(settings.maxConcurrentCalls, MOST_LINKS);
  const health = new LinkHealth(links, log);
  const inHand = new Map<
    Promise<void>,
    { receiver: ServiceBusReceiver; message: ServiceBusReceivedMessage }
  >();
  const stopping = new AbortController();
  const receivers = Array.from({ length: links }, (_, link) => startLink(link));

  return { stop };

  function startLink(link: number) {
    const receiver = client.createReceiver(trigger.queue, {
      receiveMode: 'peekLock',
      maxAutoLockRenewalDurationInMs: 0,
      skipParsingBodyAsJson: true,
    });
    const handlers = {
      processMessage: (message: ServiceBusReceivedMessage) => take(receiver, message),
      processError({ error }: ProcessErrorArgs): Promise<void> {
        if (!stopping.signal.aborted) health.down(link, error);
        return Promise.resolve();
      },
      // Called by the client whenever the link is open, the first time and after an outage. Not in its public types.
      postInitialize(): Promise<void> {
        health.up(link);
        return Promise.resolve();
      },
    };
    const subscription = receiver.subscribe(handlers, {
      autoCompleteMessages: false,
      maxConcurrentCalls: share(settings.maxConcurrentCalls, links, link),
      abortSignal: stopping.signal,
    });
    return { receiver, subscription };
  }

  async function take(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage): Promise<void> {
    const handling = stopping.signal.aborted
      ? settle(receiver, message, 'abandon')
      : handle(receiver, message);
    inHand.set(handling, { receiver, message });
    await handling;
    inHand.delete(handling);
  }

  async function handle(receiver: ServiceBusReceiver, message: ServiceBusReceivedMessage): Promise<void> {
    const endLock = keepLock(receiver, message, settings.maxAutoLockRenewalMs, log);
    let outcome: 'complete' | 'abandon' = 'complete';
    try {
      await invoke(trigger, toInput(message, trigger.binary), {
        triggerMetadata: toTriggerMetadata(message),
        fields: { messageId: message.messageId, deliveryCount: (message.deliveryCount ?? 0) + 1 },
      });
    } catch {
      outcome = 'abandon';
    }
    endLock();
    if (outcome === 'abandon' || autoComplete) await settle(receiver, message, outcome);
  }

  async function settle(
    receiver: ServiceBusReceiver,
    message: ServiceBusReceivedMessage,
    outcome: 'complete' | 'abandon',
  ): Promise<void> {
    try {
      await (outcome === 'complete' ? receiver.completeMessage(message) : receiver.abandonMessage(message));
    } catch (error) {
      log.warn('Message could not be settled; it comes back when its lock is over', {
        messageId: message.messageId,
        outcome,
        error,
      });
    }
  }

  async function stop(deadline: AbortSignal): Promise<void> {
    stopping.abort();
    const drained = Promise.allSettled(receivers.map(({ subscription }) => subscription.close()));
    await settledOrAborted(drained, deadline);
    await settledOrAborted(Promise.allSettled(inHand.keys()), deadline);
    for (const { receiver, message } of inHand.values()) void settle(receiver, message, 'abandon');
  }
}

/** Shares `calls` out over `links`, the remainder to the first ones. */
function share(calls: number, links: number, link: number): number {
  return Math.floor(calls / links) + (link < calls % links ? 1 : 0);
}
