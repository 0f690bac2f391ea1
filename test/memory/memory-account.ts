import type { Access } from '../../src/model/access.ts';
import type { Etag } from '../../src/model/etag.ts';
import type { KeyHistory } from '../../src/model/history.ts';
import type { ContainerName, Key } from '../../src/model/key.ts';
import { isBlob } from '../../src/model/reading.ts';
import type { Metadata } from '../../src/model/stamp.ts';
import type { AccountInspector, ListedReading, PublicAccess } from '../../src/ports/account-inspector.ts';
import type { BackupStore } from '../../src/ports/backup-store.ts';
import type { HistoryStore } from '../../src/ports/history-store.ts';
import { createMemoryDirectories } from './memory-directories.ts';
import {
  type MemoryBlob,
  type MemoryDirectory,
  type MemoryEntry,
  type StoredBlob,
  createEtags,
} from './memory-entry.ts';
import { type EndRecords, createMemoryHistory, keptOf } from './memory-history.ts';
import { createMemoryPorts } from './memory-ports.ts';
import { type AccountKind, type MemoryContainer, MemoryState } from './memory-state.ts';
import { type Schedule, immediately } from './schedule.ts';

/**
 * The ports in memory, for tests that must choose the order of every step. It passes the same contract suite
 * as the ports on Azure, so what is proven here holds there. Never used to mirror real data.
 */

export type { MemoryBlob } from './memory-entry.ts';
export type { Schedule } from './schedule.ts';

/** The entries of a container, directories included, and what its service would allow a user to do. */
export type SeenContainer = Pick<
  MemoryContainer,
  'blobs' | 'rootAccess' | 'takesFile' | 'takesDirectory' | 'canMove' | 'isEmpty'
>;

/**
 * An account as its service and its users see it: everything happens at once. Its ports are the `BackupStore`
 * part.
 */
export interface MemoryAccount extends BackupStore {
  readonly containers: ReadonlyMap<ContainerName, SeenContainer>;
  /** What a user's write does. Returns the new ETag. */
  put(key: Key, blob: MemoryBlob): Etag;
  /** A file; undefined where a directory is. */
  peek(key: Key): StoredBlob | undefined;
  /** A file or directory. */
  entry(key: Key): MemoryEntry | undefined;
  /** A file. */
  remove(key: Key): boolean;
  /** A user's snapshot of a file. */
  snapshot(key: Key): boolean;
  removeSnapshots(key: Key): boolean;
  /** A user takes a lease without an end, or breaks it. */
  lease(key: Key, isLeased: boolean): boolean;
  addContainer(container: ContainerName, metadata?: Metadata): void;
  dropContainer(container: ContainerName): boolean;

  /** What users of a hierarchical account can do besides. An existing directory keeps its content. */
  makeDirectory(key: Key, directory?: MemoryDirectory): Etag;
  /** A directory with everything below it. */
  removeTree(key: Key): boolean;
  /** A user's rename. False if a service would refuse it. */
  move(from: Key, to: Key): boolean;
  permit(key: Key, access: Access): boolean;
  permitRoot(container: ContainerName, access: Access): boolean;

  /** The same account for another client, whose calls have their own schedule. */
  through(schedule: Schedule): BackupStore;
  historyThrough(schedule: Schedule): HistoryStore;
  /** What it keeps of a container's keys. */
  kept(container: ContainerName): readonly KeyHistory[];
  readonly nextEtag: () => Etag;
  /** A second that no other change has. */
  readonly nextMoment: () => Date;
}

/**
 * One account. As a backup it copies from `source` and takes its ETags from the same sequence, so that ETags
 * of the two sides are never equal by chance.
 */
export function createMemoryAccount(
  account: string,
  schedule: Schedule = immediately,
  source?: MemoryAccount,
  now: () => Date = () => new Date(),
  kind: AccountKind = 'flat',
  keepsVersions = false,
): MemoryAccount {
  const state = new MemoryState(kind, source?.nextEtag ?? createEtags(), now, keepsVersions);
  const records: EndRecords = new Map();
  const through = (other: Schedule): BackupStore => ({
    ...createMemoryPorts(account, state, other, (key) => source?.peek(key)),
    ...createMemoryDirectories(account, state, other),
  });
  return {
    ...through(schedule),
    through,
    historyThrough: (other) => createMemoryHistory(account, state, records, other),
    kept: (container) => keptOf(state, records, container),
    containers: state.containers,
    nextEtag: state.nextEtag,
    nextMoment: () => state.nextMoment(),
    put: (key, blob) => state.put(key, blob),
    peek: (key) => state.blob(key),
    entry: (key) => state.entry(key),
    remove: (key) => state.blob(key) !== undefined && state.removeTree(key),
    snapshot: (key) => {
      const blob = state.blob(key);
      return blob !== undefined && state.amend(key, { snapshots: (blob.snapshots ?? 0) + 1 });
    },
    removeSnapshots: (key) => state.amend(key, { snapshots: undefined }),
    lease: (key, isLeased) =>
      state.blob(key) !== undefined && state.amend(key, { isLeased: isLeased || undefined }),
    addContainer: (container, metadata) => state.addContainer(container, metadata),
    dropContainer: (container) => state.containers.delete(container),
    makeDirectory: (key, directory) => state.makeDirectory(key, directory),
    removeTree: (key) => state.removeTree(key),
    move: (from, to) => state.move(from, to),
    permitRoot: (container, access) => state.permitRoot(container, access),
    permit: (key, access) => state.amend(key, { access }),
  };
}

/** The inspection of an account in memory. Its containers are private but for those in `open`. */
export function createMemoryInspector(
  account: MemoryAccount,
  open: ReadonlyMap<string, PublicAccess> = new Map(),
): AccountInspector {
  return {
    ...account,

    listReadings: async function* (container, { prefix, tags }) {
      for await (const page of account.listBlobs(container)) {
        const readings: ListedReading[] = [];
        for (const { path } of page.entries.filter((blob) => blob.path.startsWith(prefix))) {
          const key = { container, path };
          const reading = await account.read(key);
          if (!isBlob(reading)) continue;
          // A listing does not say when it saw a blob.
          const { readAt: _, ...listed } = reading;
          readings.push({ path, reading: listed, tags: tags ? await account.readTags(key) : {} });
        }
        yield readings;
      }
    },

    readRange: async (key, { etag, offset, count }) => {
      await account.read(key);
      const blob = account.peek(key);
      if (blob?.etag !== etag) return undefined;
      return Buffer.from(blob.content).subarray(offset, offset + count);
    },

    readPublicAccess: async (container) =>
      (await account.readContainer(container)) === undefined ? 'none' : (open.get(container) ?? 'none'),
  };
}
