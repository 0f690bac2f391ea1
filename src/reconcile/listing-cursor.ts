import { type BlobPage, type ListedBlob, toPlainPage } from '../ports/blob-reader.ts';

/** A listing, entry by entry, that waits only where a page ends: a walk of a billion entries waits a lot otherwise. */
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

  /** Undefined behind the last one. */
  get current(): ListedBlob | undefined {
    return this.#page.entries[this.#at];
  }

  /** The page that the current entry is on; the last one behind it. */
  get page(): BlobPage {
    return this.#page;
  }

  /** How many entries are left on the page, the current one included. */
  get rest(): number {
    return this.#page.entries.length - this.#at;
  }

  /** The entry so many places behind the current one; undefined beyond the page. */
  ahead(places: number): ListedBlob | undefined {
    return this.#page.entries[this.#at + places];
  }

  /** Somebody goes on with the current entry when this listing is past it. */
  keep(): void {
    this.#isKept = true;
  }

  /** Goes that many entries on, of those on the page; a promise, to be waited for, where the next one is on another page. */
  next(entries = 1): Promise<void> | undefined {
    this.#at += entries;
    return this.#at < this.#page.entries.length || this.#isOver ? undefined : this.#turn();
  }

  /** Ends the listing before its time. */
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
