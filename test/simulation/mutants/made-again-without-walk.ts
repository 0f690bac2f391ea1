import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against rule 4 of directories: what is below a directory that was deleted and made again is not walked. */
export const madeAgainWithoutWalk: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: (intake, log, message) => {
    let isRename = false;
    const short: typeof intake = {
      ...intake,
      followRename: async (rename) => {
        isRename = true;
        return await intake.followRename(rename);
      },
      walk: async (...args) => (isRename ? await intake.walk(...args) : undefined),
    };
    return REAL_FUNCTIONS.handleMessage(short, log, message);
  },
};
