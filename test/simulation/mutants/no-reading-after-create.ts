import type { BlobPresent } from '../../../src/model/reading.ts';
import { spoilPorts } from './mutant.ts';

/** Against invariant 5: after a create, the source is not read again. */
export const noReadingAfterCreate = spoilPorts(({ source, backup }) => {
  let created: BlobPresent | undefined;
  return {
    backup: {
      ...backup,
      copy: async (request) => {
        const answer = await backup.copy(request);
        if (answer.kind === 'written' && 'nothingThere' in request.condition) created = request.source;
        return answer;
      },
    },
    source: {
      ...source,
      read: async (key) => {
        const reading = created ?? (await source.read(key));
        created = undefined;
        return reading;
      },
    },
  };
});
