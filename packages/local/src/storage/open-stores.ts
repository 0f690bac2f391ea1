import type { ExtentStore, MetadataStore } from '../azurite/azurite-stores.ts';
import { Namespace } from '../data-lake/namespace.ts';
import { FlatPaths } from '../store/flat-paths.ts';
import { openStore } from '../store/open-store.ts';
import type { RequestsInFlight } from '../requests/storage-request.ts';
import { createExtentStore } from './operations/create-extent-store.ts';
import { createMetadataStore } from './operations/create-metadata-store.ts';
import { readFormer } from './take-over/former-format.ts';
import { takeOver } from './take-over/take-over.ts';
import type { Stage } from './operations/find.ts';
import { type DiskReports, DiskState } from './disk-state.ts';
import { type HistoryOptions, createHistorySettings } from './history-settings.ts';
import { Lifecycle, StorageClock } from './lifecycle.ts';

export interface StorageContent {
  readonly accounts: readonly ({ readonly name: string } & HistoryOptions)[];
  readonly hierarchical?: boolean;
}

export interface Stores extends Stage {
  readonly lifecycle: Lifecycle;
  /** Hierarchical accounts only. */
  readonly namespace?: Namespace;
  readonly metadata: MetadataStore;
  readonly extents: ExtentStore;
  close(): Promise<void>;
}

/**
 * The store of a folder, or one in memory, with what Azurite's handlers ask of it.
 *
 * @throws StoreError for a folder that cannot be used
 */
export async function openStores(
  folder: string | undefined,
  { accounts, hierarchical = false }: StorageContent,
  requests: RequestsInFlight,
  reports: DiskReports,
): Promise<Stores> {
  const disk = new DiskState(folder ?? '', reports);
  const kind = hierarchical ? 'hierarchical' : 'flat';
  const former = folder === undefined ? undefined : await readFormer(folder, hierarchical);
  const opened = await openStore(folder, kind, requests, (error) => disk.failed(error));
  const store = disk.watch(opened);
  try {
    if (folder !== undefined && former !== undefined) await takeOver(store, folder, former);
    const clock = new StorageClock();
    const namespace = hierarchical ? new Namespace(store, clock.now) : undefined;
    const paths = namespace ?? new FlatPaths(store.containers);
    const history = createHistorySettings(accounts, store.containers, !hierarchical, clock.now);
    const stage = { store, paths, history };
    const lifecycle = new Lifecycle(stage, accounts, clock, (error) => disk.failed(error));
    return {
      ...stage,
      lifecycle,
      ...(namespace && { namespace }),
      metadata: createMetadataStore(stage),
      extents: createExtentStore(store.contents),
      async close() {
        await lifecycle.stop();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
