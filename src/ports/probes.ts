import type { ContainerName } from '../model/key.ts';

/**
 * Harmless requests that tell whether an account can be used as configured. Each resolves when the service
 * did what was asked, and otherwise rejects with a `BlobmirrorError` of a storage code. Whatever is written
 * is deleted at once.
 */
export interface AccountProbe {
  readonly account: string;
  /** How requests are authorised. */
  readonly by: 'key' | 'sas' | 'identity';
  readonly containers: () => Promise<readonly string[]>;
  readonly kind: () => Promise<'flat' | 'hierarchical'>;
  /** Lists blobs, and requests a blob that does not exist. */
  readonly read: (container: ContainerName) => Promise<void>;
  /** Reads the tags of a blob that does not exist. */
  readonly readTags: (container: ContainerName) => Promise<void>;
  /** Requests the creation of a container that exists. */
  readonly makeContainer: (container: ContainerName) => Promise<void>;
  /** Writes, reads and deletes a blob, in the mirror's reserved directory of the container. */
  readonly write: (container: ContainerName) => Promise<void>;
  /** The same, with tags. */
  readonly writeTags: (container: ContainerName) => Promise<void>;
  /** The same, with an owner and permissions, which hierarchical accounts have. */
  readonly writeAccess: (container: ContainerName) => Promise<void>;
  /** Requests a key that signs in the name of the identity. */
  readonly delegate: () => Promise<void>;
  /** For how many days deleted blobs are kept; 0: soft delete is off. */
  readonly softDeleteDays: () => Promise<number>;
  /** Whether a blob that is written has a version: it is deleted at once, and its version stays. */
  readonly keepsVersions: (container: ContainerName) => Promise<boolean>;
  /** How far the service's clock is ahead of ours, in milliseconds; its answer is exact to half a second. */
  readonly clockAheadMs: () => Promise<number>;
}

/**
 * Harmless requests that tell whether a queue can be used. Failures reject with a `BlobmirrorError` of a
 * queue code.
 */
export interface QueueProbe {
  readonly queue: string;
  /** Peeks at a message without locking it, which requires the right to receive. */
  readonly receive: () => Promise<void>;
  /** Opens a sender, and sends nothing. */
  readonly send: () => Promise<void>;
  /** Undefined when the identity may not read them, or the namespace does not answer. */
  readonly properties: () => Promise<QueueProperties | undefined>;
  /** How far the namespace's clock is ahead of ours, in milliseconds; undefined when that is unknown. */
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
