import { type BlobPage, type ListedBlob, toPlainPage } from '../ports/blob-reader.ts';

/** Reads a listing entry by entry. It awaits only at page ends: a walk of a billion entries would lose time otherwise. */
export class ListingCursor {
  readonly #pages: AsyncIterator<BlobPage>;
  #page: BlobPage = toPlainPage([]);
  #at = 0;
  #isOver = false;
  #isKept = false;

  private constructor(pages: AsyncIterable<BlobPage>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** At its first entry. */
  static async open(pages: AsyncIterable<BlobPage>): Promise<ListingCursor> {
    const cursor = new ListingCursor(pages);
    await cursor.#turn();
    return cursor;
  }

  /** Undefined after the last entry. */
  get current(): ListedBlob | undefined {
    return this.#page.entries[this.#at];
  }

  /** The page of the current entry; after the last entry, the last page. */
  get page(): BlobPage {
    return this.#page;
  }

  /** Entries left on the page, including the current one. */
  get rest(): number {
    return this.#page.entries.length - this.#at;
  }

  /** The entry that many places after the current one; undefined beyond the page. */
  ahead(places: number): ListedBlob | undefined {
    return this.#page.entries[this.#at + places];
  }

  /** Keeps the page in memory, since the caller uses the current entry after the cursor has moved on. */
  keep(): void {
    this.#isKept = true;
  }

  /** Advances by `entries`, within the page. Returns a promise to await if the next entry is on another page. */
  next(entries = 1): Promise<void> | undefined {
    this.#at += entries;
    return this.#at < this.#page.entries.length || this.#isOver ? undefined : this.#turn();
  }

  /** Ends the listing early. */
  async close(): Promise<void> {
    await this.#pages.return?.();
  }

  async #turn(): Promise<void> {
    do {
      if (!this.#isKept) this.#page.release();
      this.#isKept = false;
      const next = await this.#pages.next();
      this.#at = 0;
      this.#isOver = next.done === true;
      this.#page = next.done === true ? toPlainPage([], this.#page.marker) : next.value;
    } while (this.#page.entries.length === 0 && !this.#isOver);
  }
}
