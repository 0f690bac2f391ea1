/**
 * The stand-in for Event Grid: takes the mutations of a storage account and delivers the events that Azure raises
 * for them to the subscribers, at least once and in no promised order.
 *
 * It behaves as Azure documents it and not as suits us: filters, schemas, retries for hours, dead letters, losses in
 * the subject. What Azure may do on a bad day (lose, repeat, delay, reorder) is injected from a seed. It must never
 * hold up or fail the storage request it learns of, and it keeps nothing on disk: what is under way when the process
 * dies is lost, as an expired event is, and found by a reconcile.
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
  /** Copies of events that are neither delivered, dead-lettered nor dropped. */
  readonly pending: number;
  /** Resolves when nothing is pending, or when the grid is stopped. */
  idle(): Promise<void>;
  /** Forgets what is pending. Deliveries under way have a second to end; no timer is left. */
  stop(): Promise<void>;
}

export interface EventGridOptions {
  readonly subscriptions: readonly Subscription[];
  readonly faults?: FaultPlan;
  readonly log?: LocalLogger;
  readonly clock?: EventGridClock;
}

/** Azure raises no events for what happens in these. */
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

/** The way from an event to one subscriber: the filters, then the faults, then the line. */
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
