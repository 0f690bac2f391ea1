import { parseContainerName } from '../../src/model/key.ts';
import { describeDirectories } from '../contract/directories.contract.ts';
import { describeHistory } from '../contract/history.contract.ts';
import { describeInspector } from '../contract/inspector.contract.ts';
import { describePorts } from '../contract/ports.contract.ts';
import { type MemoryAccount, createMemoryAccount, createMemoryInspector } from './memory-account.ts';
import { immediately } from './schedule.ts';
import { createMemoryStores } from '../support/memory-stores.ts';
import { createMemoryTreeStores } from '../support/memory-tree-stores.ts';

describePorts('in memory', async () => await createMemoryStores());

describeDirectories('in memory', createMemoryTreeStores);

describeHistory('in memory', async () => {
  const [kept, unkept] = [true, false].map((keepsVersions) =>
    createMemoryAccount('backupaccount', undefined, undefined, undefined, 'flat', keepsVersions),
  ) as [MemoryAccount, MemoryAccount];
  kept.addContainer(parseContainerName('photos'));
  const stageOf = (account: MemoryAccount) => ({
    store: account,
    history: account.historyThrough(immediately),
  });
  return await Promise.resolve({
    kept: stageOf(kept),
    unkept: stageOf(unkept),
    put: async (key, content, metadata) =>
      await Promise.resolve(kept.put(key, { content, ...(metadata && { metadata }) })),
  });
});

describeInspector('in memory', async () => {
  const stores = await createMemoryStores();
  stores.backup.addContainer(parseContainerName('opened'));
  return { ...stores, inspector: createMemoryInspector(stores.backup, new Map([['opened', 'blob']])) };
});
