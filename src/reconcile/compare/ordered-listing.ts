import { comesBefore, comesBeforeByPoint, comesBeforeInTree } from '../../model/listing-order.ts';
import type { BlobPage, ListedBlob, ListingOrder } from '../../ports/blob-reader.ts';

/** The order that listings are found to have, of those that services are known to list in. */
export interface KnownOrder {
  readonly kind: ListingOrder;
  readonly isBefore: (path: string, other: string) => boolean;
  /** Sees two neighbours of a listing. False: no order that is left has them so. */
  readonly accepts: (path: string, next: string) => boolean;
}

/**
 * Flat accounts are thought to list by code units until two neighbours show that it is by code points: the two part
 * only beyond the first plane, so that a place that is ASCII has the same names before it in both.
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

/** The listing does not have the order that a stretch of it needs. */
export class UnorderedListing extends Error {
  override readonly name = 'Unordered';
}

/**
 * A listing up to a place, and proof on the way that it has the order that is expected: otherwise nothing tells that
 * what is beyond the place was not before it.
 *
 * @throws Unordered
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

/** What of a page is to be looked at for its order: all of it, or the first one where the page knows of the rest. */
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
