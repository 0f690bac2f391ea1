import type { ContainerName, Key } from '../model/key.js';
import type { ListedBlob } from '../ports/blob-reader.js';

type Pages = AsyncIterable<readonly ListedBlob[]>;

/**
 * Walks two listings of a container in step and yields every key that is on one side only or whose backup does not
 * carry the source's ETag. One page of each side is held at a time.
 *
 * The order of a listing is not trusted: a service that orders names in another way makes keys look as if they were on
 * one side only. They are then nominated without need, which costs a look; none is passed over, since an entry is
 * passed only together with its equal.
 */
export async function* nominate(
  container: ContainerName,
  source: Pages,
  backup: Pages,
): AsyncGenerator<Key, void, void> {
  const left = entries(source);
  const right = entries(backup);
  let [a, b] = [await left.next(), await right.next()];
  while (!a.done || !b.done) {
    if (!a.done && !b.done && a.value.path === b.value.path) {
      if (b.value.stamp?.etag !== a.value.etag) yield { container, path: a.value.path };
      [a, b] = [await left.next(), await right.next()];
    } else if (!a.done && (b.done || a.value.path < b.value.path)) {
      yield { container, path: a.value.path };
      a = await left.next();
    } else if (!b.done) {
      yield { container, path: b.value.path };
      b = await right.next();
    }
  }
}

async function* entries(pages: Pages): AsyncGenerator<ListedBlob, void, void> {
  for await (const page of pages) yield* page;
}
