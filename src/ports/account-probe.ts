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
