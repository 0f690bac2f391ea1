import { isBlob } from '../model/reading.ts';
import type { AccountInspector, ListedReading, PublicAccess } from '../ports/account-inspector.ts';
import type { MemoryAccount } from './memory-account.ts';

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
        for (const { path } of page.filter((blob) => blob.path.startsWith(prefix))) {
          const key = { container, path };
          const reading = await account.read(key);
          if (!isBlob(reading)) continue;
          // A listing does not tell when it saw a blob.
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
