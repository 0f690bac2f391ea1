import type { ExtentStore } from '../../azurite/azurite-stores.ts';
import type { Contents } from '../../store/contents.ts';

/** What Azurite's handlers ask of an extent store, on our contents. */
export function createExtentStore(contents: Contents): ExtentStore {
  return {
    appendExtent: async (data) => await contents.receive(data),
    readExtent: async (extent) =>
      await Promise.resolve(
        extent === undefined ? contents.read([], 0, 0) : contents.read([extent], 0, extent.count),
      ),
    readExtents: async (extents, offset, count) =>
      await Promise.resolve(contents.read(extents, offset, count)),
  };
}
