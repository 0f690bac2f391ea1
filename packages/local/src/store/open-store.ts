import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Blobs } from './blobs.ts';
import { Containers } from './containers.ts';
import { ContentFiles } from './content-files.ts';
import { Contents } from './contents.ts';
import { Database } from './database.ts';
import { DeletedPaths } from './deleted-paths.ts';
import { DeletedContainers } from './deleted-containers.ts';
import type { LargeContents } from './large-contents.ts';
import { FormerBlobs } from './former-blobs.ts';
import { HistoryListing } from './history-listing.ts';
import { Listing } from './listing.ts';
import { MemoryContents } from './memory-contents.ts';
import { Parts } from './parts.ts';
import { storeError } from './store-error.ts';
import { type RunningRequests, Sweep } from './sweep.ts';

/** Accounts, containers, blobs and their contents, in memory or in a folder. */
export interface Store {
  /** One transaction: all that happens in it, or nothing. */
  write<Result>(change: () => Result): Result;
  readonly containers: Containers;
  readonly deletedContainers: DeletedContainers;
  readonly blobs: Blobs;
  readonly parts: Parts;
  readonly contents: Contents;
  readonly listing: Listing;
  readonly former: FormerBlobs;
  readonly deletedPaths: DeletedPaths;
  readonly historyListing: HistoryListing;
  /** Bytes of large contents in memory. */
  bytesHeld(): number;
  close(): Promise<void>;
}

export type AccountKind = 'flat' | 'hierarchical';

/**
 * Opens or creates the store of a folder: `blobs.db` and `contents/`; in memory without one.
 *
 * @param onError called when the database or a file of contents fails. Must not throw.
 * @throws StoreError
 */
export async function openStore(
  folder: string | undefined,
  kind: AccountKind,
  requests: RunningRequests,
  onError: (error: unknown) => void,
): Promise<Store> {
  if (folder === undefined)
    return open(new Database(undefined), new MemoryContents(), kind, requests, onError);
  const files = await ContentFiles.open(join(folder, 'contents'));
  const file = join(folder, 'blobs.db');
  // Contents without a database would all be swept.
  if (files.left.length > 0 && !(await hasBytes(file))) throw storeError('incomplete', file);
  const database = new Database(file, onError);
  try {
    const store = open(database, files, kind, requests, onError);
    await files.remove(unreferenced(database, files.left));
    return store;
  } catch (error) {
    database.close();
    throw error;
  }
}

function open(
  database: Database,
  large: LargeContents,
  kind: AccountKind,
  requests: RunningRequests,
  onError: (error: unknown) => void,
): Store {
  checkKind(database, kind);
  const contents = new Contents(database, large, onError);
  const sweep = new Sweep(database, large, contents, requests, onError);
  return {
    write: (change) => database.write(change),
    containers: new Containers(database),
    deletedContainers: new DeletedContainers(database),
    blobs: new Blobs(database, contents),
    parts: new Parts(database, contents),
    contents,
    listing: new Listing(database),
    former: new FormerBlobs(database),
    deletedPaths: new DeletedPaths(database),
    historyListing: new HistoryListing(database),
    bytesHeld: () => large.bytesHeld,
    async close() {
      await sweep.stop();
      database.close();
    },
  };
}

/** Files that were written and that no row came to refer to before the process ended. */
function unreferenced(database: Database, files: readonly string[]): readonly string[] {
  if (files.length === 0) return [];
  const all = database.prepare('SELECT file FROM contents WHERE file IS NOT NULL').all();
  const referenced = new Set(all.map(([file]) => file));
  return files.filter((file) => !referenced.has(file));
}

/** Both kinds use the same tables in another way, and neither can read the other's. */
function checkKind(database: Database, kind: AccountKind): void {
  const held = database.prepare('SELECT kind FROM store').get()?.[0];
  if (held === undefined) database.write(() => database.prepare('INSERT INTO store VALUES (?)').run(kind));
  else if (held !== kind) throw storeError('other-kind', database.file);
}

async function hasBytes(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size > 0;
  } catch {
    return false;
  }
}
