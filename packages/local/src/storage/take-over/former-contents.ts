import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Extent, ZERO_EXTENT } from '../../store/blob.ts';
import { SMALL_BYTES } from '../../store/contents.ts';
import type { Store } from '../../store/open-store.ts';

/** The shared files of contents. Each distinct range becomes one content, which blobs may share again. */
export class FormerContents {
  readonly #folder: string;
  readonly #store: Store;
  readonly #received = new Map<string, Extent>();
  readonly #files = new Map<string, { readonly handle: number; readonly size: number } | undefined>();

  constructor(folder: string, store: Store) {
    this.#folder = folder;
    this.#store = store;
  }

  has(wanted: Extent): boolean {
    if (wanted.count === 0 || wanted.id === ZERO_EXTENT) return true;
    return (this.#file(wanted.id)?.size ?? -1) >= wanted.offset + wanted.count;
  }

  async receiveLarge(wanted: Extent): Promise<void> {
    if (wanted.count <= SMALL_BYTES || wanted.id === ZERO_EXTENT || !this.has(wanted)) return;
    const key = keyOf(wanted);
    if (this.#received.has(key)) return;
    const handle = await open(join(this.#folder, wanted.id));
    const body = handle.createReadStream({ start: wanted.offset, end: wanted.offset + wanted.count - 1 });
    this.#received.set(key, await this.#store.contents.receive(body));
  }

  /** Small content is read when it is stored, so that it is in memory one at a time. */
  take(wanted: Extent): Extent {
    if (wanted.count === 0 || wanted.id === ZERO_EXTENT) return wanted;
    const key = keyOf(wanted);
    const known = this.#received.get(key);
    const stored = this.#store.contents.share(known ?? this.#read(wanted));
    this.#received.set(key, stored);
    return stored;
  }

  close(): void {
    for (const file of this.#files.values()) if (file !== undefined) closeSync(file.handle);
  }

  #read({ id, offset, count }: Extent): Buffer {
    const buffer = Buffer.alloc(count);
    const file = this.#file(id);
    if (file !== undefined) readSync(file.handle, buffer, 0, count, offset);
    return buffer;
  }

  #file(id: string): { readonly handle: number; readonly size: number } | undefined {
    if (!this.#files.has(id)) {
      const path = join(this.#folder, id);
      this.#files.set(
        id,
        existsSync(path) ? { handle: openSync(path, 'r'), size: statSync(path).size } : undefined,
      );
    }
    return this.#files.get(id);
  }
}

function keyOf({ id, offset, count }: Extent): string {
  return `${id}/${offset}/${count}`;
}
