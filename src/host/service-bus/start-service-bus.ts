import type { ServiceBusClient } from '@azure/service-bus';
import type { Logger } from '../../telemetry/logger.ts';
import type { Invoke } from '../create-invoke.ts';
import type { ServiceBusSettings } from '../host-json.ts';
import type { TypedData } from '../functions-core.ts';
import type { RunningTrigger, ServiceBusTrigger } from '../parse-trigger.ts';
import { settledOrAborted, withDeadline } from '../../concurrency/deadline.ts';
import { type Delivery, LinkHealth, type Settlement, keepLock, openLink } from './open-link.ts';
import { toInput, toTriggerMetadata } from './to-input.ts';

/**
 * A link has 2,048 slots for deliveries, which are freed in order: behind one slow message it halts after 2,047 quick ones.
 * So each link receives one message at a time, and concurrency needs many links. Only above this number a link receives
 * more.
 */
const MAX_LINKS = 64;

/** How long a stop waits for the broker to take abandoned messages. */
const ABANDONING_MS = 500;

export interface ServiceBusContext {
  readonly client: ServiceBusClient;
  readonly settings: ServiceBusSettings;
  readonly invoke: Invoke;
  /** See `as-azure.ts`. */
  readonly asAzure?: boolean;
  readonly log: Logger;
}

/**
 * Receives from a queue in peek-lock mode. A message is completed when the handler returns and abandoned when it throws or
 * times out. Its lock is renewed meanwhile. The client restores lost links by itself.
 */
export function startServiceBus(trigger: ServiceBusTrigger, context: ServiceBusContext): RunningTrigger {
  const { client, settings, invoke } = context;
  const log = context.log.child({ function: trigger.name, queue: trigger.queue });
  const autoComplete = trigger.autoComplete ?? settings.autoCompleteMessages;
  const links = Math.min(settings.maxConcurrentCalls, MAX_LINKS);
  const health = new LinkHealth(links, log);
  const handlers = new Set<Promise<unknown>>();
  /** Messages that are handled or being settled. */
  const inHand = new Map<Promise<void>, Delivery>();
  /** A message is settled once: one that the stop has abandoned is not completed when its handler returns later. */
  const settled = new WeakSet<Delivery>();
  const stopping = new AbortController();
  const subscriptions = Array.from({ length: links }, (_, link) =>
    openLink(client, {
      queue: trigger.queue,
      calls: share(settings.maxConcurrentCalls, links, link),
      stopping: stopping.signal,
      onMessage: receive,
      onUp: () => health.up(link),
      onDown: (error) => stopping.signal.aborted || health.down(link, error),
    }),
  );

  return { stop };

  async function receive(delivery: Delivery): Promise<void> {
    const processing = stopping.signal.aborted ? settle(delivery, 'abandon') : process(delivery);
    inHand.set(processing, delivery);
    await processing;
    inHand.delete(processing);
  }

  async function process(delivery: Delivery): Promise<void> {
    const endLock = keepLock(delivery, settings.maxAutoLockRenewalMs, log);
    // After a link is lost, its handlers still run while the new link receives more messages.
    while (handlers.size >= settings.maxConcurrentCalls) await Promise.race(handlers);
    const handling = handle(delivery);
    handlers.add(handling);
    const outcome = await handling;
    handlers.delete(handling);
    if (outcome === 'abandon' || autoComplete) await settle(delivery, outcome);
    endLock();
  }

  async function handle({ message }: Delivery): Promise<Settlement> {
    const { messageId } = message;
    let input: TypedData;
    let triggerMetadata: Readonly<Record<string, TypedData>>;
    try {
      input = toInput(message, trigger.binary);
      triggerMetadata = toTriggerMetadata(message, input, context.asAzure);
    } catch (error) {
      log.error('Message could not be converted for the function and is abandoned', { messageId, error });
      return 'abandon';
    }
    try {
      await invoke(trigger, input, {
        triggerMetadata,
        fields: { messageId, deliveryCount: (message.deliveryCount ?? 0) + 1 },
      });
      return 'complete';
    } catch {
      // `invoke` has logged it.
      return 'abandon';
    }
  }

  async function settle(delivery: Delivery, outcome: Settlement): Promise<void> {
    if (settled.has(delivery)) return;
    settled.add(delivery);
    try {
      await delivery.settle(outcome);
    } catch (error) {
      const { messageId } = delivery.message;
      log.warn('Message could not be settled; it is delivered again when its lock expires', {
        messageId,
        outcome,
        error,
      });
    }
  }

  async function stop(deadline: AbortSignal): Promise<void> {
    stopping.abort();
    await settledOrAborted(
      Promise.allSettled(subscriptions.map((subscription) => subscription.close())),
      deadline,
    );
    await settledOrAborted(Promise.allSettled(inHand.keys()), deadline);
    const abandoned = [...inHand.values()].map((delivery) => settle(delivery, 'abandon'));
    await withDeadline(ABANDONING_MS, () => Promise.all(abandoned));
  }
}

/** The share of one link in `calls`; the first links get the remainder. */
function share(calls: number, links: number, link: number): number {
  return Math.floor(calls / links) + (link < calls % links ? 1 : 0);
}
