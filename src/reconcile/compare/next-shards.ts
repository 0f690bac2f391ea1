import type { BlobPage, ListRange } from '../../ports/blob-reader.ts';
import type { ListingPositions } from '../nominate.ts';
import type { CompareShard, ComparedPath, SliceResult } from '../shard.ts';

/** What a slice leaves. */
export interface SliceRest {
  /** Where the listings go on; undefined: they are at their end. */
  readonly rest: ListingPositions | undefined;
  /** Paths whose long copies are not done. */
  readonly unfinished: readonly string[];
  /** How far comparisons of those came that are to be adopted. */
  readonly compared: readonly ComparedPath[];
  /** A place in the rest from which another worker may take over. */
  readonly boundary: string | undefined;
  /** The backup had no container yet whose root could be compared. */
  readonly isRootLeft: boolean;
}

/** The shards that go on where a slice stopped. */
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
      : { at: toSides(rest), ...(rest.markers !== undefined && { markers: toSides(rest.markers) }) }),
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

function toSides({
  source,
  backup,
}: NonNullable<ListingPositions['markers']>): NonNullable<CompareShard['at']> {
  return { ...(source !== undefined && { source }), ...(backup !== undefined && { backup }) };
}

/** Requests for a better place once one is found. */
const MOST_REFINEMENTS = 4;
const [FIRST, LAST] = [0x21, 0x7e];

interface RestOfListing {
  readonly prefix: string;
  /** The last path that was drawn. */
  readonly after: string;
  readonly to: string | undefined;
}

/**
 * A place in what is left of a listing that has something before it and something behind it, for two workers to share;
 * undefined when none is found. It is ASCII: whatever order a service has beyond that, every name is on the same side.
 *
 * Where the names that are left part from the last one is found by halving its length, and there a character in the
 * middle: about ten requests for single entries.
 *
 * @param list the listing
 */
export async function findBoundary(
  list: (range: ListRange) => AsyncIterable<BlobPage>,
  isBefore: (path: string, other: string) => boolean,
  { prefix, after, to }: RestOfListing,
): Promise<string | undefined> {
  /** Whether there is a name behind the place, and the place is behind the last one. */
  async function parts(place: string | undefined): Promise<boolean> {
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
    if (await parts(place)) [best, longest] = [place, depth - 1];
    else shortest = depth + 1;
  }
  if (best === undefined) return undefined;
  const stem = best.slice(0, -1);
  let [low, high] = [(best.codePointAt(stem.length) ?? FIRST) + 1, LAST];
  for (let i = 0; i < MOST_REFINEMENTS && low <= high; i++) {
    const middle = (low + high) >> 1;
    const place = stem + String.fromCharCode(middle);
    if (await parts(place)) [best, low] = [place, high + 1];
    else high = middle - 1;
  }
  return best;
}

/** The first place that parts from the path at this depth. In a tree a slash comes before all else. */
function nextAt(path: string, depth: number): string | undefined {
  const code = path.charCodeAt(depth);
  const next = code === 0x2f ? 0x30 : Math.max(code + 1, FIRST);
  return next > LAST ? undefined : path.slice(0, depth) + String.fromCharCode(next);
}
