import type { Properties, QueuedMessage } from './queued-message.ts';

/**
 * One durable change of a queue. A queue is the sum of its records: the same `apply` serves a live change and a
 * replay from the log, so that what a restart brings back cannot differ from what was there.
 */
export type QueueRecord =
  | { readonly type: 'put'; readonly message: QueuedMessage }
  | { readonly type: 'activated'; readonly sequenceNumber: number; readonly as: number; readonly at: number }
  | {
      readonly type: 'returned' | 'deferred' | 'dead-lettered';
      readonly sequenceNumber: number;
      readonly deliveryCount: number;
      readonly properties: Properties;
    }
  | { readonly type: 'removed'; readonly sequenceNumber: number }
  /** Only in a snapshot: the MessageId of a message that may be gone already. */
  | { readonly type: 'seen'; readonly messageId: string; readonly at: number }
  /** Only in a snapshot: the first sequence number that was never used. */
  | { readonly type: 'next'; readonly sequenceNumber: number };

const types: Readonly<Record<QueueRecord['type'], true>> = {
  put: true,
  activated: true,
  returned: true,
  deferred: true,
  'dead-lettered': true,
  removed: true,
  seen: true,
  next: true,
};

/** Whether a value from a log is a record of a kind that this version knows; its checksum vouches for the rest. */
export function isQueueRecord(value: unknown): value is QueueRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    typeof value.type === 'string' &&
    Object.hasOwn(types, value.type)
  );
}
