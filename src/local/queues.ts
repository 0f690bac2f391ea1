import type { QueueDefinition } from './service-bus/queue/queue-definition.ts';

export const EVENTS_QUEUE = 'storage-events';
export const RECONCILE_QUEUE = 'reconcile';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const definition: Omit<QueueDefinition, 'name'> = {
  // Azure has 5 minutes. A worker that was killed keeps its messages locked for so long, and nobody wants to wait for
  // that at a desk; the host renews the locks of messages that are worked on, whatever their length.
  lockDurationMs: 15_000,
  maxDeliveryCount: 10,
  defaultTimeToLiveMs: 14 * DAY_MS,
  deadLetterOnExpiration: true,
  duplicateDetectionWindowMs: 10 * MINUTE_MS,
};

/** The queues that the infra template declares. */
export const QUEUES: readonly QueueDefinition[] = [
  { ...definition, name: EVENTS_QUEUE },
  { ...definition, name: RECONCILE_QUEUE },
];
