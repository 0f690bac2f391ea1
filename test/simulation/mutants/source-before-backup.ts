import type { Reading } from '../../../src/model/reading.ts';
import { spoilPorts } from './mutant.ts';

/** Against invariant 2: the source is read before the backup. */
export const sourceBeforeBackup = spoilPorts(({ source, backup }) => {
  let early: Reading | undefined;
  return {
    backup: {
      ...backup,
      read: async (key) => {
        early = await source.read(key);
        return await backup.read(key);
      },
    },
    source: {
      ...source,
      read: async (key) => {
        const reading = early ?? (await source.read(key));
        early = undefined;
        return reading;
      },
    },
  };
});
