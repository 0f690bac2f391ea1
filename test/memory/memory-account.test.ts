import { parseContainerName } from '../../src/model/key.ts';
import { describeDirectories } from '../contract/directories.contract.ts';
import { describeInspector } from '../contract/inspector.contract.ts';
import { describePorts } from '../contract/ports.contract.ts';
import { createMemoryInspector } from './memory-account.ts';
import { createMemoryStores } from '../support/memory-stores.ts';
import { createMemoryTreeStores } from '../support/memory-tree-stores.ts';

describePorts('in memory', async () => await createMemoryStores());

describeDirectories('in memory', createMemoryTreeStores);

describeInspector('in memory', async () => {
  const stores = await createMemoryStores();
  stores.backup.addContainer(parseContainerName('opened'));
  return { ...stores, inspector: createMemoryInspector(stores.backup, new Map([['opened', 'blob']])) };
});
