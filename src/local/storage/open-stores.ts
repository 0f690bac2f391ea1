import { mkdir } from 'node:fs/promises';
import { closeSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';

import {
  FSExtentStore,
  LokiBlobMetadataStore,
  MemoryExtentChunkStore,
  MemoryExtentStore,
  StorageError,
  logger,
} from './azurite.ts';
import type { AzuriteError, ExtentStore, MetadataStore } from './azurite-model.ts';
import { DatabaseSaves } from './database-saves.ts';
import { surviveDiskErrors } from './disk-errors.ts';
import { DiskObstacle, type DiskReports } from './disk-obstacle.ts';
import { reconcileExtentFiles } from './extent-files.ts';
import { createExtentLocations, extentLocation } from './extent-locations.ts';
import { ExtentRelease } from './extent-release.ts';
import { speedUpLookups } from './fast-lookups.ts';
import { readChunkByChunk } from './memory-reads.ts';
import type { RequestsInFlight } from './requests-in-flight.ts';
import { restoreTypes } from './restore-types.ts';

export interface Stores {
  /** Bytes of content held in memory; undefined on disk. */
  readonly bytesHeld?: () => number;
  readonly metadata: MetadataStore;
  readonly extents: ExtentStore;
  /** What keeps the directory from being written; undefined in memory. */
  readonly obstacle?: DiskObstacle;
  /** Saves what is to be saved and closes the files. Rejects when it cannot be saved. */
  close(): Promise<void>;
}

/** As many uploads are written at once, each to a file of its own. */
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
  await reconcileExtentFiles(extentDirectory, metadata.db);
  await extents.init();
  speedUpLookups(metadata.db);
  const obstacle = new DiskObstacle(directory, reports);
  surviveDiskErrors(extents, obstacle);
  const release = new ExtentRelease(extents, requests, true);
  release.follow(metadata.db);
  const saves = new DatabaseSaves(metadata.db, () => release.saving(), obstacle);
  return {
    metadata,
    extents,
    obstacle,
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
