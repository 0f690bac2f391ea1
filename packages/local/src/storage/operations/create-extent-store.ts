import type { ExtentStore } from '../../azurite/azurite-model.ts';
import type { Contents } from '../../store/contents.ts';
import type { DiskState } from '../disk-state.ts';

/** What Azurite's handlers ask of an extent store, on our contents. */
export function createExtentStore(contents: Contents, disk: DiskState): ExtentStore {
  return {
    async appendExtent(data) {
      try {
        return await contents.receive(data);
      } catch (error) {
        disk.failed(error);
        throw error;
      }
    },
    readExtent: async (extent) =>
      await Promise.resolve(
        extent === undefined ? contents.read([], 0, 0) : contents.read([extent], 0, extent.count),
      ),
    readExtents: async (extents, offset, count) =>
      await Promise.resolve(contents.read(extents, offset, count)),
  };
}
