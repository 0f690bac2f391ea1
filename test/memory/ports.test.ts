import { describePorts } from '../contract/ports.contract.ts';
import { createMemoryStores } from '../support/memory-stores.ts';

describePorts('in memory', async () => await createMemoryStores());
