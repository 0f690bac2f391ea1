import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZERO_EXTENT, type PageRange } from '../../src/store/blob.ts';
import { bytesOf, makeRoot, makeStore, put } from './support.ts';

const size = 32;

/** Unwritten bytes between the ranges are zeros. */
function fill(ranges: readonly PageRange[]) {
  let at = 0;
  const extents = ranges.flatMap(({ start, end, persistency }) => {
    const gap = { id: ZERO_EXTENT, offset: 0, count: start - at };
    at = end + 1;
    return [gap, persistency];
  });
  return [...extents, { id: ZERO_EXTENT, offset: 0, count: size - at }];
}

describe('the pages of a blob', () => {
  it('are what was written last, byte for byte, and lie apart', async () => {
    const store = await makeStore();
    const root = makeRoot(store);
    const write = fc.record({
      from: fc.integer({ min: 0, max: size - 1 }),
      length: fc.integer({ min: 1, max: size }),
      clears: fc.boolean(),
    });
    let blobs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 12 }), async (writes) => {
        const blob = put(store, root, String(blobs++));
        const model = Buffer.alloc(size);
        for (const [index, { from, length, clears }] of writes.entries()) {
          const end = Math.min(size, from + length) - 1;
          const bytes = Buffer.from(
            Array.from({ length: end - from + 1 }, (_, at) => 1 + ((index * 40 + at) % 255)),
          );
          const extent = await store.contents.receive(bytes);
          store.write(() => {
            if (clears) store.parts.clearPages(blob.id, from, end);
            else store.parts.writePages(blob.id, from, end, extent);
          });
          if (clears) model.fill(0, from, end + 1);
          else bytes.copy(model, from);
        }
        const ranges = store.parts.pages(blob.id);
        for (const [index, range] of ranges.entries()) {
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.start).toBeGreaterThan(ranges[index - 1]?.end ?? -1);
        }
        expect((await bytesOf(store, fill(ranges))).equals(model)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the blocks of a blob', () => {
  it('keep their order, and are shared by a copy', async () => {
    const store = await makeStore();
    const root = makeRoot(store);
    const blob = put(store, root, 'blob');
    const block = async (name: string) => {
      const persistency = await store.contents.receive(Buffer.from(name));
      return { name, size: persistency.count, persistency };
    };
    for (const name of ['two', 'one', 'three', 'one']) {
      const staged = await block(name);
      store.write(() => store.parts.stage(blob.id, staged));
    }
    expect(store.parts.staged(blob.id).map(({ name }) => name)).toEqual(['two', 'three', 'one']);
    store.write(() => {
      store.parts.setBlocks(blob.id, store.parts.staged(blob.id).toReversed());
      store.parts.unstageAll(blob.id);
    });
    const appended = await block('four');
    store.write(() => store.parts.append(blob.id, appended));
    const copy = put(store, root, 'copy');
    store.write(() => {
      store.parts.copy(blob.id, copy.id);
      store.blobs.remove(blob.id);
    });
    const blocks = store.parts.blocks(copy.id);
    expect(blocks.map(({ name }) => name)).toEqual(['one', 'three', 'two', 'four']);
    expect(store.parts.count(copy.id)).toBe(4);
    expect(store.parts.blocks(blob.id)).toEqual([]);
    const bytes = await bytesOf(
      store,
      blocks.map(({ persistency }) => persistency),
      2,
      7,
    );
    expect(bytes.toString()).toBe('ethreet');
  });
});
