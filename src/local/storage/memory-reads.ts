import { Readable } from 'node:stream';

import type { ChunkStore, ExtentStore } from './azurite-model.ts';

/**
 * Hands an extent in memory out chunk by chunk. Azurite pushes all its chunks into a stream at once, and the streams
 * behind it join what is waiting into one buffer: every read of a blob would take its size once more.
 */
export function readChunkByChunk(store: ExtentStore, chunks: ChunkStore, category: string): void {
  const readExtent = store.readExtent.bind(store);
  store.readExtent = (extent, contextId) => {
    const stored = extent && extent.count > 0 ? chunks.get(category, extent.id) : undefined;
    // Nothing, zeros, or an error: Azurite's own answer.
    if (!extent || !stored) return readExtent(extent, contextId);
    const slices = slice(stored.chunks, extent.offset, extent.count);
    return Promise.resolve(
      new Readable({
        read() {
          this.push(slices.next().value ?? null);
        },
      }),
    );
  };
}

function* slice(chunks: readonly Buffer[], offset: number, count: number): Generator<Buffer, undefined> {
  let start = offset;
  let left = count;
  for (const chunk of chunks) {
    if (left === 0) return;
    if (start >= chunk.length) {
      start -= chunk.length;
      continue;
    }
    const part = chunk.subarray(start, start + left);
    start = 0;
    left -= part.length;
    yield part;
  }
}
