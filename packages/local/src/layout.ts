import type { QueueDefinition } from './service-bus/queue/queue.ts';

/** Public, like the key of Azurite's own account: it gives access only to servers on this machine. */
const keyOf = (account: string): string =>
  Buffer.from(`${account}, on this machine alone`.padEnd(64, '.')).toString('base64');

export const SOURCE = { name: 'sourceaccount', key: keyOf('sourceaccount') } as const;
export const BACKUP = { name: 'backupaccount', key: keyOf('backupaccount') } as const;

export const EVENTS_QUEUE = 'storage-events';
export const RECONCILE_QUEUE = 'reconcile';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const QUEUE_DEFAULTS: Omit<QueueDefinition, 'name'> = {
  // Azure's maximum is 5 minutes. A killed worker keeps its messages locked this long, which is too long for
  // development; the host renews the locks of messages in progress.
  lockDurationMs: 15_000,
  maxDeliveryCount: 10,
  defaultTimeToLiveMs: 14 * DAY_MS,
  deadLetterOnExpiration: true,
  duplicateDetectionWindowMs: 10 * MINUTE_MS,
};

/** The queues declared in the infra template. */
export const QUEUES: readonly QueueDefinition[] = [
  { ...QUEUE_DEFAULTS, name: EVENTS_QUEUE },
  { ...QUEUE_DEFAULTS, name: RECONCILE_QUEUE },
];

/** In the backup account. */
export const EVENT_DEAD_LETTER_CONTAINER = 'eventgrid-dead-letters';
