import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Blobs } from './blobs.ts';
import { Containers } from './containers.ts';
import { ContentFiles } from './content-files.ts';
import { Contents } from './contents.ts';
import { Database } from './database.ts';
import { Listing } from './listing.ts';
import { MemoryContents } from './memory-contents.ts';
import { Parts } from './parts.ts';
import { type RunningRequests, Sweep } from './sweep.ts';

/** Accounts, containers, blobs and their contents, in memory or in a folder. */
export interface Store {
  /** One transaction: all that happens in it, or nothing. */
  write<Result>(change: () => Result): Result;
  readonly containers: Containers;
  readonly blobs: Blobs;
  readonly parts: Parts;
  readonly contents: Contents;
  readonly listing: Listing;
  /** Bytes of large contents in memory; for tests. */
  readonly bytesHeld: () => number;
  close(): Promise<void>;
}

/**
 * Opens or creates the store of a folder: `blobs.db` and `contents/`; in memory without one.
 *
 * @param onSweepError called when what nobody refers to cannot be freed; it is tried again later. Must not throw.
 * @throws StoreError
 */
export async function openStore(
  folder: string | undefined,
  requests: RunningRequests,
  onSweepError: (error: unknown) => void,
): Promise<Store> {
  if (folder !== undefined) await mkdir(folder, { recursive: true });
  const files = folder === undefined ? undefined : await ContentFiles.open(join(folder, 'contents'));
  const memory = new MemoryContents();
  const large = files ?? memory;
  const database = new Database(folder === undefined ? undefined : join(folder, 'blobs.db'));
  try {
    const contents = new Contents(database, large);
    const sweep = new Sweep(database, large, requests, onSweepError);
    return {
      write: (change) => database.write(change),
      containers: new Containers(database),
      blobs: new Blobs(database, contents),
      parts: new Parts(database, contents),
      contents,
      listing: new Listing(database),
      bytesHeld: () => memory.size,
      async close() {
        await sweep.stop();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
