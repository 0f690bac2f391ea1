/** Reads the messages of a queue, or of its dead-letter queue, without locking them. */
export interface QueueBrowser {
  /**
   * Every message in the queue, in any state and whether or not it is locked, in the order of sequence
   * numbers and a page at a time, so that memory stays flat. Messages that arrive or leave meanwhile may be
   * listed or not. Begins at `from`, inclusive.
   *
   * Rejects with a `BlobmirrorError` of the queue when the queue cannot be read.
   */
  browse(options?: { readonly from?: string }): AsyncIterable<readonly BrowsedMessage[]>;
}

export interface BrowsedMessage {
  /** Decimal; unique in the queue and its dead-letter queue. 64 bits, so not a JavaScript number. */
  readonly sequenceNumber: string;
  /** Empty when the sender set none. */
  readonly messageId: string;
  /** A message that a receiver has locked is active. */
  readonly state: 'active' | 'scheduled' | 'deferred';
  /** When a scheduled message will join the queue. */
  readonly enqueuedAt: Date;
  readonly scheduledFor?: Date;
  /** Deliveries that ended without a settlement. */
  readonly deliveryCount: number;
  /** Parsed if it is JSON; otherwise the bytes that the sender wrote. */
  readonly body: unknown;
  readonly applicationProperties: Readonly<Record<string, unknown>>;
  readonly deadLetterReason?: string;
  readonly deadLetterDescription?: string;
}

/**
 * The dead-letter queue of a queue. Service Bus cannot receive one chosen dead letter: dead letters come in
 * order, and to reach one, a receiver locks those before it and releases them.
 */
export interface DeadLetterQueue extends QueueBrowser {
  /**
   * Receives dead letters that nobody else has locked, each once, and passes each to `visit`, many at a time.
   * Ends when `visit` says so, when the signal aborts, when none are left, or when far more came than
   * expected. A dead letter that `visit` did not remove is released unchanged, except for its delivery count;
   * if the process dies, the locks expire within minutes.
   *
   * Rejects with what `visit` threw, or a `BlobmirrorError` of the queue.
   */
  process(visit: DeadLetterHandler, options: ProcessOptions): Promise<void>;
}

export type DeadLetterHandler = (letter: ReceivedDeadLetter) => Promise<'next' | 'enough'>;

export interface ProcessOptions {
  /** The expected number of dead letters: that many are received without waiting for more. */
  readonly expected: number;
  readonly signal: AbortSignal;
}

/** A dead letter that is locked for `visit` while it runs. */
export interface ReceivedDeadLetter {
  readonly message: BrowsedMessage;
  /** Sends a message with the very same body to the queue. */
  readonly sendAgain: (as: FreshMessage) => Promise<void>;
  /** `lost`: the lock expired; the dead letter is still in the queue or locked by another receiver. */
  readonly remove: () => Promise<'removed' | 'lost'>;
}

export interface FreshMessage {
  /** At most 128 characters. The queue's duplicate detection drops the same id again within its window. */
  readonly messageId: string;
  readonly applicationProperties: Readonly<Record<string, string | number | boolean>>;
}
