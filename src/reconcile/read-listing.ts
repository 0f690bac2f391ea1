import { comesBefore, comesBeforeByPoint, comesBeforeInTree } from '../model/listing-order.ts';
import { type BlobPage, type ListedBlob, type ListingOrder, toPlainPage } from '../ports/blob-reader.ts';

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

/** The order of the listings, of those in which services are known to list. */
export interface KnownOrder {
  readonly kind: ListingOrder;
  readonly isBefore: (path: string, other: string) => boolean;
  /** Takes two neighbours of a listing. False: no remaining order has them in this sequence. */
  readonly accepts: (path: string, next: string) => boolean;
}

/**
 * Flat accounts are expected to list by UTF-16 code units until two neighbours show that they list by code points. The
 * two orders differ only beyond the basic multilingual plane, so an ASCII boundary splits both in the same way.
 */
export function createKnownOrder({ hierarchical }: { readonly hierarchical: boolean }): KnownOrder {
  let isBefore = hierarchical ? comesBeforeInTree : comesBefore;
  let another = hierarchical ? undefined : comesBeforeByPoint;
  return {
    kind: hierarchical ? 'tree' : 'flat',
    isBefore: (path, other) => isBefore(path, other),
    accepts: (path, next) => {
      if (isBefore(path, next)) return true;
      if (another?.(path, next) !== true) return false;
      [isBefore, another] = [another, undefined];
      return true;
    },
  };
}

type Pages = AsyncIterable<BlobPage>;

/** The listing is in an order in which a stretch of it cannot be bounded. */
export class UnorderedListing extends Error {
  override readonly name = 'UnorderedListing';
}

/**
 * A listing up to a boundary that also checks the order: in an unknown one, entries of the stretch could come after the
 * boundary.
 *
 * @throws UnorderedListing
 */
export async function* listUpTo(
  pages: Pages,
  to: string | undefined,
  { accepts, isBefore, kind }: KnownOrder,
): AsyncGenerator<BlobPage, void, void> {
  let last: string | undefined;
  for await (const page of pages) {
    for (const { path } of inDoubt(page, kind)) {
      if (last !== undefined && !accepts(last, path)) throw new UnorderedListing();
      last = path;
    }
    last = page.entries.at(-1)?.path ?? last;
    const end =
      to === undefined || last === undefined || isBefore(last, to)
        ? -1
        : firstFrom(page.entries, to, isBefore);
    yield end < 0 ? page : { ...page, entries: page.entries.slice(0, end) };
    if (end >= 0) return;
  }
}

/** The entries whose order must be checked: all, or only the first if the page itself knows that the rest ascends. */
function inDoubt({ entries, ascends }: BlobPage, order: ListingOrder): readonly ListedBlob[] {
  return ascends(order) ? entries.slice(0, 1) : entries;
}

function firstFrom(
  entries: readonly ListedBlob[],
  to: string,
  isBefore: (path: string, other: string) => boolean,
): number {
  return entries.findIndex(({ path }) => !isBefore(path, to));
}
