/** A queue as it would be declared in Azure. Times in milliseconds. */
export interface QueueDefinition {
  readonly name: string;
  /** How long a peek-locked message is its receiver's. */
  readonly lockDurationMs: number;
  /** Deliveries after which a message that was not settled goes to the dead-letter queue. */
  readonly maxDeliveryCount: number;
  /** For messages without a time to live, and the ceiling for those that have one. `Infinity`: none. */
  readonly defaultTimeToLiveMs: number;
  /** Whether an expired message goes to the dead-letter queue, or is dropped. */
  readonly deadLetterOnExpiration: boolean;
  /** How long a MessageId is remembered, so that a second message with it is dropped; 0 turns it off. */
  readonly duplicateDetectionWindowMs: number;
}
