/**
 * The ports in memory, for tests that must choose the order of every step. It is held to the same contract suite as
 * the ports on Azure, so what is proven here holds there. Never used to mirror anything real.
 */
import type { Etag } from '../model/etag.js';
import type { BlobPath, ContainerName, Key } from '../model/key.js';
import type { Metadata } from '../model/stamp.js';
import type { BackupStore } from '../ports/backup-store.js';
import { createEtags, type MemoryBlob, type StoredBlob } from './memory-blob.js';
import { createMemoryPorts } from './memory-ports.js';
import { immediately, type Schedule } from './schedule.js';

export type { MemoryBlob } from './memory-blob.js';
export type { Schedule } from './schedule.js';

interface MemoryContainer {
  readonly metadata: Metadata;
  readonly blobs: Map<BlobPath, StoredBlob>;
}

/** An account as its service and its users see it: everything happens at once. Its ports are the `BackupStore` part. */
export interface MemoryAccount extends BackupStore {
  readonly containers: ReadonlyMap<ContainerName, MemoryContainer>;
  /** What a user's write does. Returns the new ETag. */
  put(key: Key, blob: MemoryBlob): Etag;
  peek(key: Key): StoredBlob | undefined;
  remove(key: Key): boolean;
  addContainer(container: ContainerName, metadata?: Metadata): void;
  dropContainer(container: ContainerName): boolean;
  /** The same account for another client, whose calls have a schedule of their own. */
  through(schedule: Schedule): BackupStore;
  readonly nextEtag: () => Etag;
}

/**
 * One account. As a backup it copies from `source`, and takes its ETags from the same row, so that no ETag of one side
 * is ever equal to one of the other by chance.
 */
export function createMemoryAccount(
  account: string,
  schedule: Schedule = immediately,
  source?: MemoryAccount,
  now: () => Date = () => new Date(),
): MemoryAccount {
  const containers = new Map<ContainerName, MemoryContainer>();
  const nextEtag = source?.nextEtag ?? createEtags();

  const peek = (key: Key): StoredBlob | undefined => containers.get(key.container)?.blobs.get(key.path);

  const state = {
    containers,
    nextEtag,
    put: (key: Key, blob: MemoryBlob): Etag => {
      const container = containers.get(key.container);
      if (container === undefined) throw new Error(`no container ${key.container}`);
      const etag = nextEtag();
      container.blobs.set(key.path, { ...blob, etag, lastModified: now() });
      return etag;
    },
    peek,
    /** What no ETag stands for. False when there is no such blob. */
    amend: (key: Key, change: Pick<MemoryBlob, 'tier' | 'tags'>): boolean => {
      const blob = peek(key);
      if (blob !== undefined) containers.get(key.container)?.blobs.set(key.path, { ...blob, ...change });
      return blob !== undefined;
    },
    remove: (key: Key) => containers.get(key.container)?.blobs.delete(key.path) ?? false,
    addContainer: (container: ContainerName, metadata: Metadata = {}): void => {
      if (!containers.has(container)) containers.set(container, { metadata, blobs: new Map() });
    },
    dropContainer: (container: ContainerName) => containers.delete(container),
  };
  const through = (other: Schedule): BackupStore =>
    createMemoryPorts(account, state, other, (key) => source?.peek(key));
  return { ...state, through, ...through(schedule) };
}
