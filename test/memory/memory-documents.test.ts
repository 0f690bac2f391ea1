import { MemoryDocuments } from './memory-documents.ts';
import { immediately } from './schedule.ts';
import { describeDocuments } from '../contract/documents.contract.ts';

describeDocuments('in memory', async () => {
  await Promise.resolve();
  return {
    documents: new MemoryDocuments().through(immediately),
    stop: async () => {
      await Promise.resolve();
    },
  };
});
