import { createMemoryInspector } from '../../src/memory/memory-inspector.js';
import { parseContainerName } from '../../src/model/key.js';
import { describeInspector } from '../contract/inspector.contract.js';
import { createMemoryStores } from '../support/memory-stores.js';

describeInspector('in memory', async () => {
  const stores = await createMemoryStores();
  stores.backup.addContainer(parseContainerName('opened'));
  return { ...stores, inspector: createMemoryInspector(stores.backup, new Map([['opened', 'blob']])) };
});
