import type { BlobPath, ContainerName, Key } from '../model/key.js';
import type { ListedBlob } from '../ports/blob-reader.js';
import { comesAfter } from './listing-order.js';

type Pages = AsyncIterable<readonly ListedBlob[]>;

/** After which path each listing goes on; undefined: at its beginning. */
export interface Drawn {
  readonly source: BlobPath | undefined;
  readonly backup: BlobPath | undefined;
}

export interface NominateOptions {
  readonly isInStep: (source: ListedBlob, backup: ListedBlob) => boolean;
  /** The order that the listings are thought to have. */
  readonly isBefore: (path: string, other: string) => boolean;
  readonly from?: Drawn;
  readonly mustStop?: () => boolean;
}

const NOTHING: Drawn = { source: undefined, backup: undefined };

/**
 * Walks two listings of a container in step and yields every key that is on one side only or does not look in step. One page of each side is held at a time. When it is told to stop, it returns what was drawn
 * so far: both listings can go on after it later, and this `from` it. At least one entry is always drawn before that.
 *
 * The order of a listing is not trusted: a service that orders names in another way makes keys look as if they were on
 * one side only. They are then nominated without need, which costs a look; none is passed over, since an entry is
 * passed only together with its equal.
 */
export async function* nominate(
  container: ContainerName,
  source: Pages,
  backup: Pages,
  { isInStep, isBefore, from = NOTHING, mustStop = () => false }: NominateOptions,
): AsyncGenerator<Key, Drawn | undefined, void> {
  const left = entries(source);
  const right = entries(backup);
  let drawn = from;
  let [a, b] = [await left.next(), await right.next()];
  while (!a.done || !b.done) {
    if (!a.done && !b.done && a.value.path === b.value.path) {
      const { path } = a.value;
      if (!isInStep(a.value, b.value)) yield { container, path };
      drawn = { source: path, backup: path };
      if (mustStop()) return drawn;
      [a, b] = [await left.next(), await right.next()];
    } else if (!a.done && (b.done || isBefore(a.value.path, b.value.path))) {
      yield { container, path: a.value.path };
      drawn = { source: a.value.path, backup: pass(drawn.backup, b, a.value.path) };
      if (mustStop()) return drawn;
      a = await left.next();
    } else if (!b.done) {
      yield { container, path: b.value.path };
      drawn = { source: pass(drawn.source, a, b.value.path), backup: b.value.path };
      if (mustStop()) return drawn;
      b = await right.next();
    }
  }
  return undefined;
}

/**
 * A path that was drawn from one side is passed on the other, too, where that surely leaves nothing behind and goes
 * forward. Otherwise what a look makes of it there would be nominated once more when the listings go on.
 */
function pass(
  before: BlobPath | undefined,
  next: IteratorResult<ListedBlob, void>,
  path: BlobPath,
): BlobPath | undefined {
  const isForward = before === undefined || comesAfter(path, before);
  return isForward && (next.done === true || comesAfter(next.value.path, path)) ? path : before;
}

async function* entries(pages: Pages): AsyncGenerator<ListedBlob, void, void> {
  for await (const page of pages) yield* page;
}
