import { isBlob } from '../../../src/model/reading.ts';
import { spoilPorts } from './mutant.ts';

/** Against invariant 4: a copy takes the version that is there when it reads. */
export const unpinnedSource = spoilPorts(({ source, backup }) => ({
  backup: {
    ...backup,
    copy: async (request) => {
      for (;;) {
        const now = await source.read(request.key);
        const answer = await backup.copy({ ...request, ...(isBlob(now) && { source: now }) });
        if (answer.kind !== 'source-precondition-failed' || !now.present) return answer;
      }
    },
  },
}));
