import { parseContainerName } from '../../src/model/key.ts';
import type { TreeStoresUnderTest } from '../contract/tree-stores.ts';
import { createMemoryStores, type MemoryStores } from './memory-stores.ts';

/** The ports on two hierarchical accounts in memory. */
export async function createMemoryTreeStores(): Promise<MemoryStores & TreeStoresUnderTest> {
  const stores = await createMemoryStores('hierarchical');
  async function act(isDone: boolean): Promise<void> {
    await Promise.resolve();
    if (!isDone) throw new Error('the account refused it');
  }
  return {
    ...stores,
    makeDirectory: async (side, key, having) => await act(stores[side].makeDirectory(key, having) !== ''),
    setAccess: async (side, key, access) => await act(stores[side].permit(key, access)),
    setRootAccess: async (side, container, access) =>
      await act(stores[side].permitRoot(parseContainerName(container), access)),
    rename: async (side, from, to) => await act(stores[side].move(from, to)),
    removeDirectory: async (side, key) => await act(stores[side].removeTree(key)),
    isInTrash: async (trashed) => {
      await Promise.resolve();
      return stores.backup.entry(trashed) !== undefined;
    },
  };
}
