import type { Reading } from '../../../src/model/reading.ts';
import { spoilPorts } from './mutant.ts';

/** Against rule 5 of directories: after a directory is created, the source is not read again. */
export const noReadingAfterDirectory = spoilPorts(({ source, backup }) => {
  let last: Reading | undefined;
  let isMade = false;
  return {
    backup: {
      ...backup,
      createDirectory: async (request) => {
        const answer = await backup.createDirectory(request);
        isMade = answer.kind === 'written';
        return answer;
      },
    },
    source: {
      ...source,
      read: async (key) => {
        const reading = isMade && last !== undefined ? last : await source.read(key);
        isMade = false;
        last = reading;
        return reading;
      },
    },
  };
});
