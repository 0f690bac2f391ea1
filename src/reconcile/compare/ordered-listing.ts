import { comesBefore, comesBeforeByPoint, comesBeforeInTree } from '../../model/listing-order.ts';
import type { BlobPage, ListedBlob, ListingOrder } from '../../ports/blob-reader.ts';

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
