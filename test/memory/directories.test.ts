import { describeDirectories } from '../contract/directories.contract.js';
import { createMemoryTreeStores } from '../support/memory-tree-stores.js';

describeDirectories('in memory', createMemoryTreeStores);
