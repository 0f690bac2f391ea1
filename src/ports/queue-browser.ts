/** Looks at the messages of a queue, or of its dead-letter queue, without taking them. */
export interface QueueBrowser {
  /**
   * Every message that is there, in any state and whoever holds it, in the order of their sequence numbers and a page
   * at a time, so that memory stays flat. What comes or goes meanwhile may be seen or not. From `from` on, that one
   * included.
   *
   * Rejects with a `BlobmirrorError` of the queue when it cannot be asked.
   */
  browse(options?: { readonly from?: string }): AsyncIterable<readonly BrowsedMessage[]>;
}

export interface BrowsedMessage {
  /** Decimal; unique in the queue and its dead-letter queue. Of 64 bits: no JavaScript number. */
  readonly sequenceNumber: string;
  /** Empty when its sender gave none. */
  readonly messageId: string;
  /** A message that somebody holds is active. */
  readonly state: 'active' | 'scheduled' | 'deferred';
  /** Of a scheduled message, when it will join the queue. */
  readonly enqueuedAt: Date;
  readonly scheduledFor?: Date;
  /** Deliveries that ended without a settlement. */
  readonly deliveryCount: number;
  /** Parsed where it is JSON; else what the sender wrote, as bytes. */
  readonly body: unknown;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
}
