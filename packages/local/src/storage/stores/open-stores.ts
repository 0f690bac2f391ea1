import { closeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type {
  AzuriteError,
  ChunkStore,
  Collection,
  Database,
  ExtentStore,
  MetadataStore,
} from '../../azurite/azurite-model.ts';
import {
  FSExtentStore,
  LokiBlobMetadataStore,
  MemoryExtentChunkStore,
  MemoryExtentStore,
  StorageError,
  logger,
} from '../../azurite/azurite.ts';
import type { RequestsInFlight } from '../../requests/storage-request.ts';
import { DatabaseSaves } from './database-saves.ts';
import { DiskWriteState, type DiskReports, failDiskWritesCleanly } from './disk-writes.ts';
import { ExtentRelease } from './extent-release.ts';
import { dropTornBlobs, restoreTypes } from './recover-database.ts';

export interface Stores {
  /** Bytes of content held in memory; undefined on disk. */
  readonly bytesHeld?: () => number;
  readonly metadata: MetadataStore;
  readonly extents: ExtentStore;
  /** Why the directory cannot be written; undefined in memory. */
  readonly diskState?: DiskWriteState;
  /** Saves and closes the files. Rejects when the data cannot be saved. */
  close(): Promise<void>;
}

/** Number of uploads written concurrently, each to a file of its own. */
const concurrentAppends = 16;

/**
 * Metadata and contents, in memory or in a directory: `blobs.json` and `extents/`. A directory is for one process at
 * a time.
 */
export async function openStores(
  directory: string | undefined,
  requests: RequestsInFlight,
  reports: DiskReports,
): Promise<Stores> {
  return directory === undefined ? openInMemory(requests) : openOnDisk(directory, requests, reports);
}

function toError(status: number, code: string, message: string, requestId: string): AzuriteError {
  return new StorageError(status, code, message, requestId);
}

async function openInMemory(requests: RequestsInFlight): Promise<Stores> {
  const metadata = new LokiBlobMetadataStore('blobs.json', true);
  const category = 'blob';
  const chunks = new MemoryExtentChunkStore(Math.trunc(totalmem() / 2));
  const extents = new MemoryExtentStore(category, chunks, createExtentLocations(), logger, toError);
  await metadata.init();
  await extents.init();
  readChunkByChunk(extents, chunks, category);
  speedUpLookups(metadata.db);
  new ExtentRelease(extents, requests, false).follow(metadata.db);
  return { metadata, extents, bytesHeld: () => chunks.totalSize(), close: () => metadata.close() };
}

async function openOnDisk(
  directory: string,
  requests: RequestsInFlight,
  reports: DiskReports,
): Promise<Stores> {
  const extentDirectory = join(directory, 'extents');
  await mkdir(extentDirectory, { recursive: true });
  const metadata = new LokiBlobMetadataStore(join(directory, 'blobs.json'), false);
  const place = {
    locationId: extentLocation,
    locationPath: extentDirectory,
    maxConcurrency: concurrentAppends,
  };
  const extents = new FSExtentStore(createExtentLocations(), [place], logger);
  await metadata.init();
  restoreTypes(metadata.db);
  await dropTornBlobs(extentDirectory, metadata.db);
  await extents.init();
  speedUpLookups(metadata.db);
  const obstacle = new DiskWriteState(directory, reports);
  failDiskWritesCleanly(extents, obstacle);
  const release = new ExtentRelease(extents, requests, true);
  release.follow(metadata.db);
  const saves = new DatabaseSaves(metadata.db, () => release.saving(), obstacle);
  return {
    metadata,
    extents,
    diskState: obstacle,
    async close() {
      try {
        await saves.stop();
      } finally {
        for (const { fd } of extents.activeWriteExtents ?? []) if (fd !== undefined) closeSync(fd);
      }
      await metadata.close();
    },
  };
}

/** Azurite's name for the one directory that extents lie in. */
const extentLocation = 'Default';

/**
 * The location of extents, which is always the same. Replaces Azurite's second database, which is saved
 * separately from the blobs' and may therefore, after a crash, lack an extent that a saved blob refers to.
 * Its contents follow from the files themselves, so nothing has to be stored.
 */
function createExtentLocations(): object {
  return {
    init: done,
    close: done,
    clean: done,
    isInitialized: () => true,
    isClosed: () => false,
    updateExtent: done,
    deleteExtent: done,
    getExtentLocationId: () => Promise.resolve(extentLocation),
  };
}

function done(): Promise<void> {
  return Promise.resolve();
}

/**
 * Reads an in-memory extent chunk by chunk. Azurite pushes all its chunks into a stream at once, and the
 * following streams join waiting chunks into one buffer, so that every read of a blob would take its size
 * again in memory.
 */
function readChunkByChunk(store: ExtentStore, chunks: ChunkStore, category: string): void {
  const readExtent = store.readExtent.bind(store);
  store.readExtent = (extent, contextId) => {
    const stored = extent && extent.count > 0 ? chunks.get(category, extent.id) : undefined;
    // No content, zeros, or an error: Azurite's own answer.
    if (!extent || !stored) return readExtent(extent, contextId);
    const slices = slice(stored.chunks, extent.offset, extent.count);
    return Promise.resolve(
      new Readable({
        read() {
          this.push(slices.next().value ?? null);
        },
      }),
    );
  };
}

function* slice(chunks: readonly Buffer[], offset: number, count: number): Generator<Buffer, undefined> {
  let start = offset;
  let left = count;
  for (const chunk of chunks) {
    if (left === 0) return;
    if (start >= chunk.length) {
      start -= chunk.length;
      continue;
    }
    const part = chunk.subarray(start, start + left);
    start = 0;
    left -= part.length;
    yield part;
  }
}

/**
 * Makes finding and deleting one blob independent of the number of blobs.
 *
 * Azurite queries account, container and name in that order. Loki answers the first part of a query from an
 * index and filters the result by the others, so every lookup scans all blobs of the account; and its batch
 * removal, which Azurite uses even for one blob, discards all four indexes, to be sorted again by the next
 * query. Querying the name first, and removing documents one by one, keeps both fast. Removing a whole
 * container stays a batch.
 */
function speedUpLookups(database: Database): void {
  askNameFirst(database.getCollection('$BLOBS_COLLECTION$'), 'name');
  askNameFirst(database.getCollection('$BLOCKS_COLLECTION$'), 'blobName');
}

function askNameFirst<T>(collection: Collection<T>, field: string): void {
  const count = collection.count.bind(collection);
  const findAndRemove = collection.findAndRemove.bind(collection);
  const hasName = (query: object) => typeof Reflect.get(query, field) === 'string';
  // Spreading over a key keeps its position, and Loki queries keys in their order.
  const nameFirst = (query: object) => (hasName(query) ? { [field]: null, ...query } : query);
  const find = (query: object) => collection.chain().find(nameFirst(query)).data();

  collection.find = find;
  collection.findOne = (query) => collection.chain().find(nameFirst(query), true).data()[0] ?? null;
  // Loki itself queries the total count, without a condition.
  collection.count = (query) => (query && hasName(query) ? find(query).length : count(query));
  collection.findAndRemove = (query) => {
    if (!hasName(query)) findAndRemove(query);
    else for (const document of find(query)) collection.remove(document);
  };
}
