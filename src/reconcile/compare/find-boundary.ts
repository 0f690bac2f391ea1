import type { ListedBlob, ListRange } from '../../ports/blob-reader.js';

/** Requests that a split may cost. */
const MOST_PROBES = 12;
const [FIRST, LAST] = [0x21, 0x7e];

interface Stretch {
  readonly prefix: string;
  /** The last path that was drawn. */
  readonly after: string;
  readonly to: string | undefined;
}

/**
 * A place in what is left of a listing that has something before it and something behind it, for two workers to share;
 * undefined when none is found. It is ASCII: whatever order a service has beyond that, every name is on the same side.
 *
 * @param list the listing, which is asked for single entries
 */
export async function findBoundary(
  list: (range: ListRange) => AsyncIterable<readonly ListedBlob[]>,
  isBefore: (path: string, other: string) => boolean,
  { prefix, after, to }: Stretch,
): Promise<string | undefined> {
  const isInside = (path: string): boolean =>
    isBefore(after, path) && (to === undefined || isBefore(path, to));
  let probes = 0;
  for (let depth = prefix.length; depth <= after.length; depth++) {
    const stem = after.slice(0, depth);
    if (!isPlain(stem)) return undefined;
    let [low, high] = [Math.max(FIRST, (after.codePointAt(depth) ?? FIRST) + 1), LAST];
    while (low <= high && probes < MOST_PROBES) {
      const middle = (low + high + 1) >> 1;
      const place = stem + String.fromCharCode(middle);
      const found = isInside(place) ? await firstFrom(list, prefix, place) : undefined;
      probes++;
      if (found !== undefined && isInside(found)) return place;
      high = middle - 1;
    }
    if (probes >= MOST_PROBES) return undefined;
  }
  return undefined;
}

async function firstFrom(
  list: (range: ListRange) => AsyncIterable<readonly ListedBlob[]>,
  prefix: string,
  from: string,
): Promise<string | undefined> {
  for await (const page of list({ prefix, from, pageSize: 1 }))
    if (page[0] !== undefined) return page[0].path;
  return undefined;
}

function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}
