import type { Reading } from '../../../src/model/reading.js';
import type { BackupStore } from '../../../src/ports/backup-store.js';
import type { Heart } from '../heart.js';
import { spoilPorts } from './mutant.js';

/** A write that the next reading of the source is left out after. */
type Write = (backup: BackupStore, done: () => void) => Partial<BackupStore>;

function noReadingAfter(write: Write): Heart {
  return spoilPorts(({ source, backup }) => {
    let last: Reading | undefined;
    let isDone = false;
    return {
      backup: { ...backup, ...write(backup, () => (isDone = true)) },
      source: {
        ...source,
        read: async (key) => {
          const reading = isDone && last !== undefined ? last : await source.read(key);
          isDone = false;
          last = reading;
          return reading;
        },
      },
    };
  });
}

/** Against rule 5 of directories: one that was made is not followed by another reading of the source. */
export const noReadingAfterDirectory = noReadingAfter((backup, done) => ({
  createDirectory: async (request) => {
    const answer = await backup.createDirectory(request);
    if (answer.outcome === 'written') done();
    return answer;
  },
}));

/** Against invariant 5 in a tree: a file that was deleted is not followed by another reading of the source. */
export const noReadingAfterDelete = noReadingAfter((backup, done) => ({
  delete: async (key, ifMatch) => {
    const answer = await backup.delete(key, ifMatch);
    if (answer.outcome === 'written') done();
    return answer;
  },
}));

/** Against invariant 5 in a tree: nor is one that was overwritten. */
export const noReadingAfterOverwrite = noReadingAfter((backup, done) => ({
  copy: async (request) => {
    const answer = await backup.copy(request);
    if (answer.outcome === 'written' && 'ifMatch' in request.condition) done();
    return answer;
  },
}));
