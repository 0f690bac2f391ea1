import type { AdaptiveGate } from '../concurrency/adaptive-gate.ts';
import { createLimiter } from '../concurrency/limiter.ts';
import type { ContainerNames } from '../model/container-names.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { AccountInspector } from './account-inspector.ts';
import type { BackupStore } from './backup-store.ts';
import type { BlobReader } from './blob-reader.ts';

/** Content comparisons at a time in a process. Each holds a piece of both sides, 16 MiB. */
const MAX_COMPARISONS = 4;

/** The reader behind the gate of its account. */
export function throttleReader(reader: BlobReader, gate: AdaptiveGate): BlobReader {
  return {
    account: reader.account,
    read: async (key) => await gate.run(async () => await reader.read(key)),
    readTags: async (key) => await gate.run(async () => await reader.readTags(key)),
    readContainer: async (container) => await gate.run(async () => await reader.readContainer(container)),
    readRootAccess: async (container) => await gate.run(async () => await reader.readRootAccess(container)),
    listContainers: () => throttlePages(reader.listContainers(), gate),
    listBlobs: (container, range) => throttlePages(reader.listBlobs(container, range), gate),
  };
}

/** The backup behind its account's gate. A copy is work for both accounts: the backup's service reads the source. */
export function throttleBackup(
  store: BackupStore,
  gates: { readonly source: AdaptiveGate; readonly backup: AdaptiveGate },
): BackupStore {
  const { source, backup } = gates;
  const inSlot = createLimiter(MAX_COMPARISONS);
  return {
    ...throttleReader(store, backup),
    copy: async (request) =>
      await source.run(async () => await backup.run(async () => await store.copy(request))),
    secure: async (request) =>
      await source.run(async () => await backup.run(async () => await store.secure(request))),
    place: async (request, secured) => await backup.run(async () => await store.place(request, secured)),
    compareContent: async (request) =>
      // A comparison may wait for minutes; while it waits, it must not take room at the gate that live
      // changes need.
      await inSlot(
        async () =>
          await source.run(async () => await backup.run(async () => await store.compareContent(request))),
      ),
    restamp: async (request) => await backup.run(async () => await store.restamp(request)),
    setTier: async (key, tier) => await backup.run(async () => await store.setTier(key, tier)),
    setTags: async (key, tags) => await backup.run(async () => await store.setTags(key, tags)),
    delete: async (key, ifMatch, why) => await backup.run(async () => await store.delete(key, ifMatch, why)),
    createContainer: async (container, metadata) =>
      await backup.run(async () => await store.createContainer(container, metadata)),
    createDirectory: async (request) => await backup.run(async () => await store.createDirectory(request)),
    setAccess: async (key, access, there) =>
      await backup.run(async () => await store.setAccess(key, access, there)),
    setRootAccess: async (container, access, there) =>
      await backup.run(async () => await store.setRootAccess(container, access, there)),
    rename: async (request) => await backup.run(async () => await store.rename(request)),
    removeEmptyDirectory: async (key, ifMatch) =>
      await backup.run(async () => await store.removeEmptyDirectory(key, ifMatch)),
    moveToTrash: async (key, ifMatch) => await backup.run(async () => await store.moveToTrash(key, ifMatch)),
    deleteTrashed: async (trashed) => await backup.run(async () => await store.deleteTrashed(trashed)),
    emptyTrash: async (container) => await backup.run(async () => await store.emptyTrash(container)),
  };
}

/** Fetching a page is a request. Handling a page between requests takes no room at the gate. */
async function* throttlePages<Page>(pages: AsyncIterable<Page>, gate: AdaptiveGate): AsyncIterable<Page> {
  const iterator = pages[Symbol.asyncIterator]();
  try {
    for (;;) {
      const page = await gate.run(async () => await iterator.next());
      if (page.done === true) return;
      yield page.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/**
 * A backup addressed by the container names of the source: the only place where the names of the two accounts
 * are translated. A container that is the image of no source container is not listed and cannot be addressed.
 *
 * Every method also rejects with `container-not-mappable` for a container that has no name on the backup. The
 * methods are written out one by one, so that a method that is added to the port and not mapped here does not
 * compile.
 */
export function mapContainers(backup: BackupStore, names: ContainerNames): BackupStore {
  const toBackup = toBackupKey(names);
  return {
    ...mapReader(backup, names),
    copy: async (request) =>
      await backup.copy({ ...request, from: request.from ?? request.key, key: toBackup(request.key) }),
    secure: async (request) =>
      await backup.secure({ ...request, from: request.from ?? request.key, key: toBackup(request.key) }),
    place: async (request, secured) =>
      await backup.place(
        { ...request, from: request.from ?? request.key, key: toBackup(request.key) },
        secured,
      ),
    compareContent: async (request) =>
      await backup.compareContent({
        ...request,
        from: request.from ?? request.key,
        key: toBackup(request.key),
      }),
    restamp: async (request) => await backup.restamp({ ...request, key: toBackup(request.key) }),
    setTier: async (key, tier) => await backup.setTier(toBackup(key), tier),
    setTags: async (key, tags) => await backup.setTags(toBackup(key), tags),
    delete: async (key, ifMatch, why) => await backup.delete(toBackup(key), ifMatch, why),
    createContainer: async (container, metadata) => {
      await backup.createContainer(names.toBackup(container), metadata);
    },
    createDirectory: async (request) =>
      await backup.createDirectory({ ...request, key: toBackup(request.key) }),
    setAccess: async (key, access, there) => await backup.setAccess(toBackup(key), access, there),
    setRootAccess: async (container, access, there) =>
      await backup.setRootAccess(names.toBackup(container), access, there),
    rename: async (request) =>
      await backup.rename({ ...request, from: toBackup(request.from), to: toBackup(request.to) }),
    removeEmptyDirectory: async (key, ifMatch) => await backup.removeEmptyDirectory(toBackup(key), ifMatch),
    moveToTrash: async (key, ifMatch) => await backup.moveToTrash(toBackup(key), ifMatch),
    deleteTrashed: async (trashed) => {
      await backup.deleteTrashed(trashed);
    },
    emptyTrash: async (container) => {
      await backup.emptyTrash(names.toBackup(container));
    },
  };
}

/** The reading half of the mapped backup. */
function mapReader(backup: BlobReader, names: ContainerNames): BlobReader {
  const toBackup = toBackupKey(names);
  return {
    account: backup.account,
    read: async (key) => await backup.read(toBackup(key)),
    readTags: async (key) => await backup.readTags(toBackup(key)),
    readContainer: async (container) => await backup.readContainer(names.toBackup(container)),
    readRootAccess: async (container) => await backup.readRootAccess(names.toBackup(container)),
    listBlobs: async function* (container, range) {
      yield* backup.listBlobs(names.toBackup(container), range);
    },
    listContainers: async function* () {
      for await (const page of backup.listContainers()) {
        yield page
          .map((name) => names.fromBackup(name))
          .filter((name): name is ContainerName => name !== undefined);
      }
    },
  };
}

function toBackupKey(names: ContainerNames): (key: Key) => Key {
  return ({ container, path }) => ({ container: names.toBackup(container), path });
}

/** Inspection of a backup addressed by the container names of the source: see `mapContainers`. */
export function mapInspector(backup: AccountInspector, names: ContainerNames): AccountInspector {
  const toBackup = ({ container, path }: Key): Key => ({ container: names.toBackup(container), path });
  return {
    ...mapReader(backup, names),
    readRange: async (key, range) => await backup.readRange(toBackup(key), range),
    readPublicAccess: async (container) => await backup.readPublicAccess(names.toBackup(container)),
    listReadings: async function* (container, options) {
      yield* backup.listReadings(names.toBackup(container), options);
    },
  };
}

/**
 * Every message passes this gate before work on it begins. A trigger of Azure Functions cannot be told to
 * stop receiving, so messages that it receives while mirroring is paused are held, and then requeued as a
 * copy that does not count as a try.
 */
export interface PauseGate {
  /**
   * Does the work, unless mirroring is paused. While paused, the work is not begun: the call waits as long as
   * a message may be held, or until the pause ends or the process shuts down, and resolves to the delay in
   * milliseconds after which the message should come again. Rejects with the error of the work.
   */
  readonly pass: (work: () => Promise<void>) => Promise<RequeueDelay | undefined>;

  /**
   * Whether mirroring was paused when last checked. While work is being done, this is checked every two
   * seconds.
   */
  readonly isPaused: () => boolean;

  /**
   * Calls the listener once, when mirroring is seen to be paused; at once if it is already. The returned
   * function unsubscribes.
   */
  readonly whenPaused: (run: () => void) => () => void;

  /** How long mirroring was paused since then, in milliseconds. Never rejects. */
  readonly pausedSince: (since: Date) => Promise<number>;
}

export interface RequeueDelay {
  readonly delayMs: number;
}

/** A gate for processes whose mirroring cannot be paused. */
export const NEVER_PAUSED: PauseGate = {
  pass: async (work) => {
    await work();
    return undefined;
  },
  isPaused: () => false,
  whenPaused: () => () => undefined,
  pausedSince: async () => await Promise.resolve(0),
};
