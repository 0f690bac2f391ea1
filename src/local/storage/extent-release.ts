import type { Readable } from 'node:stream';

import type { Database, Extent, ExtentStore } from './azurite-model.ts';
import { ExtentReferences } from './extent-references.ts';
import type { RequestsInFlight } from './requests-in-flight.ts';

interface Unreferenced {
  /** Requests up to this one may still read it. */
  readonly request: number;
  /** Which change of the database took the last reference away. */
  readonly change: number;
}

/**
 * Frees extents as they lose their last reference, in place of Azurite's garbage collector, which wakes every ten
 * minutes, looks at everything at once and keeps the server from answering meanwhile. An extent goes when
 * - nothing refers to it,
 * - every request that was running when it lost its last reference is over, so a read of an overwritten blob ends well,
 * - on disk: the database without the reference is saved, or a crash would bring back a blob whose bytes are gone.
 * On disk an extent is a file of up to 64 MiB that many blobs share, so it goes only when all of them are gone.
 */
export class ExtentRelease {
  readonly #store: ExtentStore;
  readonly #requests: RequestsInFlight;
  readonly #references: ExtentReferences;
  readonly #unreferenced = new Map<string, Unreferenced>();
  #changes = 0;
  #savedChanges: number;
  #freeing: Promise<void> | undefined;

  constructor(store: ExtentStore, requests: RequestsInFlight, onDisk: boolean) {
    this.#store = store;
    this.#requests = requests;
    this.#savedChanges = onDisk ? 0 : Infinity;
    this.#references = new ExtentReferences(
      (id) => this.#unreferenced.delete(id),
      (id) => this.#add(id),
    );
    // An extent that was written for a request that then failed never had a reference.
    const append = store.appendExtent.bind(store);
    store.appendExtent = async (data: Readable | Buffer, contextId?: string): Promise<Extent> => {
      const extent = await append(data, contextId);
      if (!this.#references.has(extent.id)) this.#add(extent.id);
      return extent;
    };
    requests.onEnd(() => this.free());
  }

  follow(database: Database): void {
    this.#references.follow(database);
  }

  /** Notes that nothing refers to this extent now. */
  #add(id: string): void {
    // Taken out first: a Map keeps the old place of a key that is set again.
    this.#unreferenced.delete(id);
    this.#unreferenced.set(id, { request: this.#requests.newest, change: ++this.#changes });
  }

  /** Call when the database is about to be written; call what it returns when that has succeeded. */
  saving(): () => void {
    const changes = this.#changes;
    return () => {
      this.#savedChanges = Math.max(this.#savedChanges, changes);
      this.free();
    };
  }

  /** Starts to free what may be freed now. */
  free(): void {
    if (this.#freeing || this.#unreferenced.size === 0) return;
    const ids: string[] = [];
    // In order of insertion, so the first that is too young ends the search.
    for (const [id, { request, change }] of this.#unreferenced) {
      if (change > this.#savedChanges || !this.#requests.areOver(request)) break;
      ids.push(id);
    }
    if (ids.length === 0) return;
    this.#freeing = this.#delete(ids).finally(() => {
      this.#freeing = undefined;
    });
  }

  async #delete(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      if (!this.#unreferenced.delete(id)) continue;
      const removed = await this.#store.deleteExtents([id]);
      // Still appended to: comes again with the next save.
      if (removed === 0 && !this.#references.has(id)) this.#add(id);
    }
  }
}
