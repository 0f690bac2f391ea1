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

/**
 * The dead-letter queue of a queue. Service Bus knows no way to take a certain letter: letters come in their order, and
 * who wants one takes those before it, too, and gives them back.
 */
export interface DeadLetterQueue extends QueueBrowser {
  /**
   * Takes letters that nobody else holds, each once, and shows each to `visit`, many at a time. Ends when `visit` says so,
   * when the signal does, when there are none left, or when far more came than were expected. What `visit` did not remove is given back as it was, but
   * for its count of deliveries; whoever dies in between leaves all of it, for others to take within minutes.
   *
   * Rejects with what `visit` threw, or a `BlobmirrorError` of the queue.
   */
  process(visit: DeadLetterHandler, options: ProcessOptions): Promise<void>;
}

export type DeadLetterHandler = (letter: ReceivedDeadLetter) => Promise<'next' | 'enough'>;

export interface ProcessOptions {
  /** So many are likely to do: they are taken without waiting for more. */
  readonly expected: number;
  readonly signal: AbortSignal;
}

/** A letter that nobody else has while `visit` has it. */
export interface ReceivedDeadLetter {
  readonly message: BrowsedMessage;
  /** Sends a message with the very same body to the queue. */
  readonly sendAgain: (as: FreshMessage) => Promise<void>;
  /** Lost: it was held for too long, and is in the queue still or with somebody else. */
  readonly remove: () => Promise<'removed' | 'lost'>;
}

export interface FreshMessage {
  /** At most 128 characters. The same again within the queue's window is dropped by its duplicate detection. */
  readonly messageId: string;
  readonly applicationProperties: Readonly<Record<string, string | number | boolean>>;
}
