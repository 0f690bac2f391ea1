import type { BlobPath } from '../model/key.ts';
import { isDirectory } from '../model/reading.ts';
import type { ListedReading } from '../ports/account-inspector.ts';

type Pages = AsyncIterable<readonly ListedReading[]>;

/** The entries of one name; at least one side has it. */
export interface ListedPair {
  readonly path: BlobPath;
  readonly source: ListedReading | undefined;
  readonly backup: ListedReading | undefined;
}

/**
 * Walks two listings in parallel and yields every name of either. Holds one page of each. If the services
 * order names differently, a name may seem to be on one side only and be yielded twice: a pair with one side
 * only means that the name must be examined.
 *
 * A hierarchical account lists in tree order: the content of a directory comes before the directory's
 * longer-named neighbours. It is recognized by a directory, which it lists before any name whose place this
 * changes.
 */
export async function* pairListings(source: Pages, backup: Pages): AsyncGenerator<ListedPair, void, void> {
  const left = entries(source);
  const right = entries(backup);
  try {
    let [a, b] = await Promise.all([left.next(), right.next()]);
    let isTree = false;
    while (!a.done || !b.done) {
      isTree ||= isOfDirectory(a) || isOfDirectory(b);
      if (!a.done && !b.done && a.value.path === b.value.path) {
        yield { path: a.value.path, source: a.value, backup: b.value };
        [a, b] = await Promise.all([left.next(), right.next()]);
      } else if (!a.done && (b.done || comesBefore(a.value.path, b.value.path, isTree))) {
        yield { path: a.value.path, source: a.value, backup: undefined };
        a = await left.next();
      } else if (!b.done) {
        yield { path: b.value.path, source: undefined, backup: b.value };
        b = await right.next();
      }
    }
  } finally {
    await Promise.all([left.return(), right.return()]);
  }
}

function isOfDirectory(entry: IteratorResult<ListedReading, void>): boolean {
  return entry.done !== true && isDirectory(entry.value.reading);
}

function comesBefore(path: string, other: string, isTree: boolean): boolean {
  return isTree ? path.replaceAll('/', '\0') < other.replaceAll('/', '\0') : path < other;
}

async function* entries(pages: Pages): AsyncGenerator<ListedReading, void, void> {
  for await (const page of pages) yield* page;
}
