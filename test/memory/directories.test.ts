import { describeDirectories } from '../contract/directories.contract.ts';
import { createMemoryTreeStores } from '../support/memory-tree-stores.ts';

describeDirectories('in memory', createMemoryTreeStores);
