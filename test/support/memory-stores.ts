import { type MemoryAccount, createMemoryAccount } from '../memory/memory-account.ts';
import { parseContainerName } from '../../src/model/key.ts';
import type { StoresUnderTest } from '../contract/stores.ts';

export interface MemoryStores extends StoresUnderTest {
  readonly source: MemoryAccount;
  readonly backup: MemoryAccount;
}

/** The ports on two accounts in memory. */
export async function createMemoryStores(kind: 'flat' | 'hierarchical' = 'flat'): Promise<MemoryStores> {
  await Promise.resolve();
  const source = createMemoryAccount('sourceaccount', undefined, undefined, undefined, kind);
  const backup = createMemoryAccount('backupaccount', undefined, source, undefined, kind);
  const sides = { source, backup };
  return {
    ...sides,
    put: async (side, key, blob) => {
      await Promise.resolve();
      sides[side].addContainer(key.container);
      sides[side].put(key, blob);
    },
    remove: async (side, key) => {
      await Promise.resolve();
      sides[side].remove(key);
    },
    snapshot: async (side, key) => {
      await Promise.resolve();
      sides[side].snapshot(key);
    },
    removeSnapshots: async (side, key) => {
      await Promise.resolve();
      sides[side].removeSnapshots(key);
    },
    content: async (side, key) => {
      await Promise.resolve();
      return sides[side].peek(key)?.content;
    },
    addContainer: async (side, container) => {
      await Promise.resolve();
      sides[side].addContainer(parseContainerName(container));
    },
    stop: async () => {
      await Promise.resolve();
    },
  };
}
