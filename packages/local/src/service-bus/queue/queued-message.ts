/** The values that the broker itself writes into a message's application properties. */
export type PropertyValue = string | number | boolean | Date | Buffer | null;

export type Properties = Readonly<Record<string, PropertyValue>>;

/** A message to be added. */
export interface NewMessage {
  readonly messageId: string;
  /** The encoded AMQP message as the sender wrote it. The queue never reads it. */
  readonly content: Buffer;
  /** The sender's time to live in milliseconds; undefined means the queue's. */
  readonly timeToLiveMs: number | undefined;
  /** When it should join the queue (ms since the epoch); undefined means now. */
  readonly scheduledFor: number | undefined;
}

/**
 * A message in a queue: everything that must survive a restart, and so no lock. Never changed in place, so
 * that a snapshot of a queue is a list of references. Times are ms since the epoch.
 */
export interface QueuedMessage {
  /** Unique in the queue and its dead-letter queue together; kept when the message is dead-lettered. */
  readonly sequenceNumber: number;
  readonly messageId: string;
  readonly content: Buffer;
  /** Its state while it is not locked. */
  readonly rest: 'active' | 'scheduled' | 'deferred';
  readonly deadLettered: boolean;
  /** When the broker accepted it; the duplicate detection window starts here. */
  readonly sentAt: number;
  /** When it joined the queue; its time to live starts here. For a scheduled message, when it will. */
  readonly enqueuedAt: number;
  /** `Infinity` when it never expires. */
  readonly timeToLiveMs: number;
  /** Deliveries that ended without a settlement: 0 on the first, as in AMQP. */
  readonly deliveryCount: number;
  /**
   * Application properties that were set after the message was sent: by an abandon, a defer, a
   * dead-lettering.
   */
  readonly properties: Properties;
}

/**
 * How a receiver settles a message. `properties` are merged into the message's application properties. A
 * release returns the message as if it had never been delivered.
 */
export type Disposition =
  | { readonly kind: 'complete' | 'release' }
  | { readonly kind: 'abandon' | 'defer' | 'dead-letter'; readonly properties: Properties };

/** `lock-lost`: the lock has expired or never existed. `refused`: not allowed in this subqueue. */
export type SettleResult = 'settled' | 'lock-lost' | 'refused';

/** The application properties that say why a message is in the dead-letter queue. */
export function deadLetterProperties(reason: string, description: string): Properties {
  return { DeadLetterReason: reason, DeadLetterErrorDescription: description };
}
