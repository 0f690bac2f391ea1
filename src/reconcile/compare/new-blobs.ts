import { isStartIgnored } from '../../model/errors.ts';
import type { BlobPath } from '../../model/key.ts';
import type { Etag } from '../../model/etag.ts';
import type { BlobPage, ListRange } from '../../ports/blob-reader.ts';

const PAGE_SIZE = 5000;

/** How the source is read again. */
export interface SourceListing {
  readonly list: (range: ListRange) => AsyncIterable<BlobPage>;
  /** The current ETag; undefined: there is no blob. One request. */
  readonly read: (path: BlobPath) => Promise<Etag | undefined>;
  /** Checks one key. */
  readonly converge: (path: BlobPath) => Promise<void>;
  readonly isBefore: (path: string, other: string) => boolean;
}

interface NewBlob {
  readonly path: BlobPath;
  readonly etag: Etag;
  /** The approximate position in the source's listing, in entries. */
  readonly place: number;
}

/**
 * Blobs that were created on the backup on the word of a listing. If-None-Match: * cannot tell "never there" from
 * "deleted meanwhile", so the source is read once more after each (invariant 5): by listing their stretch again,
 * thousands at once, if that takes fewer requests than reading each.
 */
export class NewBlobs {
  readonly #source: SourceListing;
  #blobs: NewBlob[] = [];

  constructor(source: SourceListing) {
    this.#source = source;
  }

  get isFull(): boolean {
    return this.#blobs.length >= PAGE_SIZE;
  }

  add(blob: NewBlob): void {
    this.#blobs.push(blob);
  }

  /** Reads the source once more for the added blobs, and checks those that changed. */
  async verify(): Promise<void> {
    const { isBefore, converge } = this.#source;
    const blobs = this.#blobs.toSorted((one, other) => (isBefore(one.path, other.path) ? -1 : 1));
    this.#blobs = [];
    const [first, last] = [blobs[0], blobs.at(-1)];
    if (first === undefined || last === undefined) return;
    const pages = Math.ceil((last.place - first.place + 1) / PAGE_SIZE) + 1;
    const moved = await (pages <= blobs.length
      ? this.#relist(blobs, first, last).catch(async (error: unknown) => {
          if (isStartIgnored(error)) return await this.#read(blobs);
          throw error;
        })
      : this.#read(blobs));
    for (const path of moved) await converge(path);
  }

  async #read(blobs: readonly NewBlob[]): Promise<readonly BlobPath[]> {
    const moved: BlobPath[] = [];
    for (const { path, etag } of blobs) if ((await this.#source.read(path)) !== etag) moved.push(path);
    return moved;
  }

  /** The paths that the listing no longer shows with the same ETag. That proves no deletion; the check does. */
  async #relist(blobs: readonly NewBlob[], first: NewBlob, last: NewBlob): Promise<readonly BlobPath[]> {
    const { list, isBefore } = this.#source;
    const left = new Map(blobs.map(({ path, etag }) => [path, etag] as const));
    for await (const { entries } of list({ from: first.path })) {
      for (const { path, etag } of entries) if (left.get(path) === etag) left.delete(path);
      const end = entries.at(-1)?.path;
      if (left.size === 0 || (end !== undefined && isBefore(last.path, end))) break;
    }
    return [...left.keys()];
  }
}
