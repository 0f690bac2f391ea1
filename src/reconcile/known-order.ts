import type { ListingOrder } from '../ports/blob-reader.ts';
import { comesBefore, comesBeforeByPoint, comesBeforeInTree } from '../model/listing-order.ts';

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
