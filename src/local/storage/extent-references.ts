import type { BlobDocument, BlockDocument, Database } from './azurite-model.ts';

type Change = (id: string) => void;

/**
 * How many stored documents (blobs, snapshots, staged blocks) refer to each extent. Copies and snapshots share
 * extents, so overwriting a blob says nothing by itself. Kept up to date from the collections' own events.
 */
export class ExtentReferences {
  readonly #counts = new Map<string, number>();
  readonly #onReferenced: Change;
  readonly #onUnreferenced: Change;

  constructor(onReferenced: Change, onUnreferenced: Change) {
    this.#onReferenced = onReferenced;
    this.#onUnreferenced = onUnreferenced;
  }

  /** Counts what the database holds and every change from now on. */
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
      // Added before removed: an extent that stays never passes through zero.
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

/** The distinct extents of a blob, in no order. */
function extentsOfBlob(blob: BlobDocument): readonly string[] {
  const blocks = blob.committedBlocksInOrder ?? [];
  const pages = blob.pageRangesInOrder ?? [];
  if (blocks.length === 0 && pages.length === 0) return blob.persistency ? [blob.persistency.id] : [];
  const ids = new Set([...blocks, ...pages].map((part) => part.persistency.id));
  if (blob.persistency) ids.add(blob.persistency.id);
  return [...ids];
}
