import { spoilPorts } from './mutant.ts';

/** Against rule 4 of directories: what was moved to the trash is deleted without another reading of the source. */
export const noReadingAfterTrash = spoilPorts(({ source, backup }) => {
  let isTrashed = false;
  return {
    backup: {
      ...backup,
      moveToTrash: async (key, ifMatch) => {
        const answer = await backup.moveToTrash(key, ifMatch);
        isTrashed = answer.kind === 'trashed';
        return answer;
      },
    },
    source: {
      ...source,
      read: async (key) => {
        if (!isTrashed) return await source.read(key);
        isTrashed = false;
        return { present: false, container: 'exists' };
      },
    },
  };
});
