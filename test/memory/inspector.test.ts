import { createMemoryInspector } from '../../src/memory/memory-inspector.ts';
import { parseContainerName } from '../../src/model/key.ts';
import { describeInspector } from '../contract/inspector.contract.ts';
import { createMemoryStores } from '../support/memory-stores.ts';

describeInspector('in memory', async () => {
  const stores = await createMemoryStores();
  stores.backup.addContainer(parseContainerName('opened'));
  return { ...stores, inspector: createMemoryInspector(stores.backup, new Map([['opened', 'blob']])) };
});
