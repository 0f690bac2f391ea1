import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against H5: what is deleted has no record. */
export const recordsNothing: MirrorFunctions = { ...REAL_FUNCTIONS, keepHistory: (backup) => backup };

/** Against H2: the record follows the deletion. */
export const recordsAfterwards: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  keepHistory: (backup, { recordEnd }) => ({
    ...backup,
    delete: async (key, etag, why) => {
      const outcome = await backup.delete(key, etag, why);
      if (outcome.kind === 'written') await recordEnd(key, { etag, why });
      return outcome;
    },
  }),
};
