import type { ContainerName } from '../model/key.ts';

/**
 * Harmless requests that tell whether an account can be used as it is to be. Each resolves when the service did what was
 * asked, and rejects with a `BlobmirrorError` of a storage code when it did not. What is written goes at once.
 */
export interface AccountProbe {
  readonly account: string;
  /** What requests are authorised by. */
  readonly by: 'key' | 'sas' | 'identity';
  readonly containers: () => Promise<readonly string[]>;
  readonly kind: () => Promise<'flat' | 'hierarchical'>;
  /** Lists blobs, and asks for one that is not there. */
  readonly read: (container: ContainerName) => Promise<void>;
  /** Reads the tags of a blob that is not there. */
  readonly readTags: (container: ContainerName) => Promise<void>;
  /** Asks for a container that is there to be made. */
  readonly makeContainer: (container: ContainerName) => Promise<void>;
  /** Writes, reads and deletes a blob, in the mirror's own place of the container. */
  readonly write: (container: ContainerName) => Promise<void>;
  /** The same, with tags. */
  readonly writeTags: (container: ContainerName) => Promise<void>;
  /** The same, with an owner and permissions: hierarchical accounts have these. */
  readonly writeAccess: (container: ContainerName) => Promise<void>;
  /** Asks for a key that signs in the name of the identity. */
  readonly delegate: () => Promise<void>;
  /** For how many days deleted blobs are kept; 0: they are not. */
  readonly softDeleteDays: () => Promise<number>;
  /** How far the service's clock is ahead of ours, in milliseconds; its answer is exact to half a second. */
  readonly clockAheadMs: () => Promise<number>;
}

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
