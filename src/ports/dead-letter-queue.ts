import type { BrowsedMessage, QueueBrowser } from './queue-browser.ts';

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
  take(visit: Visit, options: TakeOptions): Promise<void>;
}

export type Visit = (letter: TakenLetter) => Promise<'next' | 'enough'>;

export interface TakeOptions {
  /** So many are likely to do: they are taken without waiting for more. */
  readonly expected: number;
  readonly signal: AbortSignal;
}

/** A letter that nobody else has while `visit` has it. */
export interface TakenLetter {
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
