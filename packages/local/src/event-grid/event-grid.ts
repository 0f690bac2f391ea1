/**
 * A simulation of Event Grid: turns the mutations of a storage account into the events that Azure raises and
 * delivers them to subscribers, at least once and in no guaranteed order.
 *
 * It behaves as Azure documents it, even where that is inconvenient: filters, schemas, retries for hours,
 * dead letters, losses in the subject. Rare faults of Azure (loss, repetition, delay, reordering) are
 * injected from a seed. It must never delay or fail the storage request that reports a mutation. It keeps
 * nothing on disk: events under way when the process dies are lost, like expired events, and a full sync
 * finds the difference.
 */
import { randomUUID } from 'node:crypto';
import type { LocalLogger } from '../logger.ts';
import type { PendingDelivery } from './attempt-delivery.ts';
import { type EventGridClock, systemClock } from './clock.ts';
import { DeliverySchedule } from './delivery-schedule.ts';
import { type CopyFaults, type FaultPlan, ReorderWindow, createFaults } from './fault-plan.ts';
import { type StorageEvent, createSequencer, toStorageEvent } from './storage-event.ts';
import type { StorageMutation } from '../requests/storage-mutation.ts';
import { type Subscription, matchesFilters } from './subscription.ts';

export interface EventGrid {
  /** Returns at once and never throws. */
  publish(mutation: StorageMutation): void;
  /** Copies of events not yet delivered, dead-lettered or dropped. */
  readonly pending: number;
  /** Resolves when nothing is pending, or when the grid is stopped. */
  idle(): Promise<void>;
  /** Drops what is pending. Deliveries under way have one second to end; no timer is left. */
  stop(): Promise<void>;
}

export interface EventGridOptions {
  readonly subscriptions: readonly Subscription[];
  readonly faults?: FaultPlan;
  readonly log?: LocalLogger;
  readonly clock?: EventGridClock;
}

/** Azure raises no events for these containers. */
const CONTAINERS_WITHOUT_EVENTS: ReadonlySet<string> = new Set(['$logs', '$blobchangefeed']);

export function createEventGrid(options: EventGridOptions): EventGrid {
  const clock = options.clock ?? systemClock;
  const nextSequencer = createSequencer(() => clock.now());
  const waiters = new Set<() => void>();
  let stopped = false;

  const pending = () => routes.reduce((sum, route) => sum + route.pending, 0);
  const onEmpty = () => {
    if (pending() > 0) return;
    for (const resolve of waiters) resolve();
    waiters.clear();
  };
  const routes = options.subscriptions.map((subscription, index) => {
    const line = new DeliverySchedule({ subscription, clock, log: options.log, onEmpty });
    return createRoute(subscription, index, line, clock, options.faults);
  });

  return {
    publish(mutation) {
      if (stopped || CONTAINERS_WITHOUT_EVENTS.has(mutation.container)) return;
      const event = toStorageEvent(mutation, nextSequencer);
      for (const route of routes) route.accept(event);
    },
    get pending() {
      return pending();
    },
    idle() {
      if (stopped || pending() === 0) return Promise.resolve();
      return new Promise((resolve) => waiters.add(resolve));
    },
    async stop() {
      if (pending() > 0)
        options.log?.warn('event grid stopped before every event was delivered', { pending: pending() });
      stopped = true;
      await Promise.all(routes.map((route) => route.stop()));
      onEmpty();
    },
  };
}

interface Route {
  readonly pending: number;
  accept(event: StorageEvent): void;
  stop(): Promise<void>;
}

/** The path of an event to one subscriber: filters, then faults, then deliveries. */
function createRoute(
  subscription: Subscription,
  index: number,
  line: DeliverySchedule,
  clock: EventGridClock,
  plan: FaultPlan | undefined,
): Route {
  const faults = plan && createFaults(plan, index);
  const send = (copy: { parcel: PendingDelivery; fate: CopyFaults }) =>
    line.put(copy.parcel, copy.fate.delayMs);
  const size = plan?.reorderWindow ?? 1;
  const window = faults && new ReorderWindow(size, clock, (copies) => faults.shuffle(copies), send);
  return {
    get pending() {
      return line.pending + (window?.held ?? 0);
    },
    accept(event) {
      if (!matchesFilters(subscription, event)) return;
      const parcel = { event, messageId: event.id, published: clock.now(), attempts: 0 };
      if (faults === undefined || window === undefined) return line.put(parcel, 0);
      for (const fate of faults.next()) {
        const messageId = fate.freshMessageId ? randomUUID() : event.id;
        window.put({ parcel: { ...parcel, messageId }, fate });
      }
    },
    stop() {
      window?.clear();
      return line.stop();
    },
  };
}
