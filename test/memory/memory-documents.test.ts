import { MemoryDocuments } from '../../src/memory/memory-documents.js';
import { immediately } from '../../src/memory/schedule.js';
import { describeDocuments } from '../contract/documents.contract.js';

describeDocuments('in memory', async () => {
  await Promise.resolve();
  return {
    documents: new MemoryDocuments().through(immediately),
    stop: async () => {
      await Promise.resolve();
    },
  };
});
