import type { BlobPage, ListRange } from '../../ports/blob-reader.ts';
import type { ListingPositions } from '../nominate.ts';
import type { CompareShard, ComparedPath, SliceResult } from '../shard.ts';

/** What a slice left to do. */
export interface SliceRest {
  /** Where the listings go on; undefined: they have ended. */
  readonly rest: ListingPositions | undefined;
  /** Paths whose long copies are unfinished. */
  readonly unfinished: readonly string[];
  /** The progress of those that are being compared for adoption. */
  readonly compared: readonly ComparedPath[];
  /** A path in the rest from which another worker takes over. */
  readonly boundary: string | undefined;
  /** The backup had no container yet, so its root could not be compared. */
  readonly isRootLeft: boolean;
}

/** The next slice of the shard, and the shard that is split off. */
export function nextShards(
  shard: CompareShard,
  { rest, unfinished, compared, boundary, isRootLeft }: SliceRest,
): Pick<SliceResult, 'next' | 'split'> {
  if (rest === undefined && unfinished.length === 0) return {};
  const { at: _at, markers: _markers, again: _again, compared: _compared, root: _root, to, ...same } = shard;
  const end = boundary ?? to;
  const next: CompareShard = {
    ...same,
    slice: shard.slice + 1,
    ...(end !== undefined && { to: end }),
    ...(unfinished.length > 0 && { again: unfinished }),
    ...(isRootLeft && { root: true as const }),
    ...(compared.length > 0 && { compared }),
    ...(rest === undefined
      ? { isWalked: true }
      : { at: toPlaces(rest), ...(rest.markers !== undefined && { markers: toPlaces(rest.markers) }) }),
  };
  if (boundary === undefined) return { next };
  const split: CompareShard = {
    ...same,
    shard: `${shard.shard}-${shard.slice}`,
    slice: 0,
    from: boundary,
    ...(to !== undefined && { to }),
  };
  return { next, split };
}

function toPlaces({
  source,
  backup,
}: NonNullable<ListingPositions['markers']>): NonNullable<CompareShard['at']> {
  return { ...(source !== undefined && { source }), ...(backup !== undefined && { backup }) };
}

/** Requests for a better boundary after one is found. */
const MAX_REFINEMENTS = 4;
const [FIRST, LAST] = [0x21, 0x7e];

interface RestOfListing {
  readonly prefix: string;
  /** The last path that was passed. */
  readonly after: string;
  readonly to: string | undefined;
}

/**
 * A boundary that splits the rest of a listing for two workers, with entries on both sides; undefined: none was found. It
 * is ASCII, so that every listing order puts each name on the same side.
 *
 * A binary search finds how many characters of the last path the remaining names share, and then a middle character
 * there: about ten requests for single entries.
 */
export async function findBoundary(
  list: (range: ListRange) => AsyncIterable<BlobPage>,
  isBefore: (path: string, other: string) => boolean,
  { prefix, after, to }: RestOfListing,
): Promise<string | undefined> {
  /** Whether the place is after the last path, and a name of the stretch is after the place. */
  async function splits(place: string | undefined): Promise<boolean> {
    if (place === undefined || !isBefore(after, place)) return false;
    for await (const page of list({ prefix, from: place, pageSize: 1 })) {
      const [found] = page.entries;
      if (found !== undefined) return to === undefined || isBefore(found.path, to);
    }
    return false;
  }

  const plain = /^[\u0020-\u007e]*/.exec(after)?.[0].length ?? 0;
  let [shortest, longest] = [prefix.length, Math.min(plain, after.length - 1)];
  let best: string | undefined;
  while (shortest <= longest) {
    const depth = (shortest + longest) >> 1;
    const place = nextAt(after, depth);
    if (await splits(place)) [best, longest] = [place, depth - 1];
    else shortest = depth + 1;
  }
  if (best === undefined) return undefined;
  const stem = best.slice(0, -1);
  let [low, high] = [(best.codePointAt(stem.length) ?? FIRST) + 1, LAST];
  for (let i = 0; i < MAX_REFINEMENTS && low <= high; i++) {
    const middle = (low + high) >> 1;
    const place = stem + String.fromCharCode(middle);
    if (await splits(place)) [best, low] = [place, high + 1];
    else high = middle - 1;
  }
  return best;
}

/** The first place that differs from the path at this depth. In tree order a slash comes first. */
function nextAt(path: string, depth: number): string | undefined {
  const code = path.charCodeAt(depth);
  const next = code === 0x2f ? 0x30 : Math.max(code + 1, FIRST);
  return next > LAST ? undefined : path.slice(0, depth) + String.fromCharCode(next);
}
