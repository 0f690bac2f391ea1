/** Harmless requests that tell whether a queue can be used. What fails rejects with a `BlobmirrorError` of a queue code. */
export interface QueueProbe {
  readonly queue: string;
  /** Looks at a message without taking it, which takes the right to receive. */
  readonly receive: () => Promise<void>;
  /** Opens a way to send, and sends nothing. */
  readonly send: () => Promise<void>;
  /** Undefined when who asks may not see them, or the namespace does not tell. */
  readonly properties: () => Promise<QueueProperties | undefined>;
  /** How far the namespace's clock is ahead of ours, in milliseconds; undefined when it could not be told. */
  readonly clockAheadMs: () => Promise<number | undefined>;
}

/** Times are in milliseconds. */
export interface QueueProperties {
  readonly deadLettersOnExpiration: boolean;
  readonly detectsDuplicates: boolean;
  readonly duplicateWindowMs: number;
  readonly timeToLiveMs: number;
  readonly lockMs: number;
  readonly mostDeliveries: number;
  readonly hasSessions: boolean;
  readonly isActive: boolean;
}
