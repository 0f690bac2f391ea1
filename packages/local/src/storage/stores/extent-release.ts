import type { Readable } from 'node:stream';
import type {
  BlobDocument,
  BlockDocument,
  Database,
  Extent,
  ExtentStore,
} from '../../azurite/azurite-model.ts';
import type { RequestsInFlight } from '../../requests/storage-request.ts';

interface Unreferenced {
  /** The newest request that may still read it. */
  readonly request: number;
  /** The change of the database that removed the last reference. */
  readonly change: number;
}

/**
 * Frees extents that have no references left. Replaces Azurite's garbage collector, which every ten minutes
 * reads everything at once and blocks the server meanwhile. An extent is freed when
 * - nothing refers to it,
 * - every request that was running when it lost its last reference is over, so that a read of an overwritten
 * blob can finish,
 * - on disk: the database without the reference is saved; otherwise a crash would restore a blob whose bytes
 * are gone.
 * On disk an extent is a file of up to 64 MiB shared by many blobs, so it is deleted only when all of them
 * are.
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
    // An extent written for a request that then failed never had a reference.
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

  /** Marks an extent as unreferenced. */
  #add(id: string): void {
    // Deleted first: a Map keeps the old position of a key that is set again.
    this.#unreferenced.delete(id);
    this.#unreferenced.set(id, { request: this.#requests.newest, change: ++this.#changes });
  }

  /** Call when the database is about to be written; call the returned function when that has succeeded. */
  saving(): () => void {
    const changes = this.#changes;
    return () => {
      this.#savedChanges = Math.max(this.#savedChanges, changes);
      this.free();
    };
  }

  /** Starts to free every extent that may be freed now. */
  free(): void {
    if (this.#freeing || this.#unreferenced.size === 0) return;
    const ids: string[] = [];
    // In order of insertion, so the search ends at the first that is too young.
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
      // Still being appended to: retried after the next save.
      if (removed === 0 && !this.#references.has(id)) this.#add(id);
    }
  }
}

type Change = (id: string) => void;

/**
 * The number of stored documents (blobs, snapshots, staged blocks) that refer to each extent. Copies and
 * snapshots share extents, so an overwritten blob does not prove that its extent is unused. Updated from the
 * collections' events.
 */
export class ExtentReferences {
  readonly #counts = new Map<string, number>();
  readonly #onReferenced: Change;
  readonly #onUnreferenced: Change;

  constructor(onReferenced: Change, onUnreferenced: Change) {
    this.#onReferenced = onReferenced;
    this.#onUnreferenced = onUnreferenced;
  }

  /** Counts the database's references now and follows every change. */
  follow(database: Database): void {
    this.#followCollection(database.getCollection('$BLOBS_COLLECTION$'), extentsOfBlob);
    this.#followCollection(database.getCollection('$BLOCKS_COLLECTION$'), (block: BlockDocument) => [
      block.persistency.id,
    ]);
  }

  has(id: string): boolean {
    return this.#counts.has(id);
  }

  #followCollection<T extends { $loki?: number }>(
    collection: {
      readonly data: readonly T[];
      on(event: 'insert' | 'update' | 'delete', listener: (changed: T | T[]) => void): void;
    },
    extentsOf: (document: T) => readonly string[],
  ): void {
    const held = new Map<number, readonly string[]>();
    const hold = (document: T, extents: readonly string[]) => {
      const key = document.$loki ?? 0;
      const before = held.get(key) ?? [];
      if (extents.length === 0) held.delete(key);
      else held.set(key, extents);
      // Added before removed, so that the count of a kept extent never reaches zero.
      for (const id of extents) this.#add(id);
      for (const id of before) this.#remove(id);
    };
    const forEach = (action: (document: T) => void) => (changed: T | T[]) => {
      for (const document of Array.isArray(changed) ? changed : [changed]) action(document);
    };
    const changed = forEach((document) => hold(document, extentsOf(document)));
    collection.on('insert', changed);
    collection.on('update', changed);
    collection.on(
      'delete',
      forEach((document) => hold(document, [])),
    );
    collection.data.forEach(changed);
  }

  #add(id: string): void {
    const count = this.#counts.get(id) ?? 0;
    this.#counts.set(id, count + 1);
    if (count === 0) this.#onReferenced(id);
  }

  #remove(id: string): void {
    const count = (this.#counts.get(id) ?? 0) - 1;
    if (count > 0) this.#counts.set(id, count);
    else {
      this.#counts.delete(id);
      this.#onUnreferenced(id);
    }
  }
}

/** The distinct extents of a blob, unordered. */
function extentsOfBlob(blob: BlobDocument): readonly string[] {
  const blocks = blob.committedBlocksInOrder ?? [];
  const pages = blob.pageRangesInOrder ?? [];
  if (blocks.length === 0 && pages.length === 0) return blob.persistency ? [blob.persistency.id] : [];
  const ids = new Set([...blocks, ...pages].map((part) => part.persistency.id));
  if (blob.persistency) ids.add(blob.persistency.id);
  return [...ids];
}
