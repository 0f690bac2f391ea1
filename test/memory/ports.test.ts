import { describePorts } from '../contract/ports.contract.js';
import { createMemoryStores } from '../support/memory-stores.js';

describePorts('in memory', async () => await createMemoryStores());
