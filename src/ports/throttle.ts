import type { BackupStore } from './backup-store.ts';
import type { BlobReader } from './blob-reader.ts';
import type { AdaptiveGate } from '../concurrency/adaptive-gate.ts';
import { createLimiter } from '../concurrency/limiter.ts';

/** How many comparisons of content are made at a time in a process: each holds a piece of both sides, 16 MiB. */
const MOST_COMPARISONS = 4;

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
  const inSlot = createLimiter(MOST_COMPARISONS);
  return {
    ...throttleReader(store, backup),
    copy: async (request) =>
      await source.run(async () => await backup.run(async () => await store.copy(request))),
    secure: async (request) =>
      await source.run(async () => await backup.run(async () => await store.secure(request))),
    place: async (request, secured) => await backup.run(async () => await store.place(request, secured)),
    compareContent: async (request) =>
      // What waits for its turn, for minutes perhaps, takes no room that live changes need.
      await inSlot(
        async () =>
          await source.run(async () => await backup.run(async () => await store.compareContent(request))),
      ),
    restamp: async (request) => await backup.run(async () => await store.restamp(request)),
    setTier: async (key, tier) => await backup.run(async () => await store.setTier(key, tier)),
    setTags: async (key, tags) => await backup.run(async () => await store.setTags(key, tags)),
    delete: async (key, ifMatch) => await backup.run(async () => await store.delete(key, ifMatch)),
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

/** A page is a request. What is done with a page in between takes no room. */
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
