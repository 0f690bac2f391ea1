import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against rule 2 of directories: after a rename on the backup, what is below the two names is not walked. */
export const renameWithoutWalk: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: (intake, log, message) => {
    let isRenamed = false;
    const trusting: typeof intake = {
      ...intake,
      followRename: async (rename) => {
        const outcome = await intake.followRename(rename);
        isRenamed ||= outcome === 'renamed';
        return outcome;
      },
      walk: async (...args) => (isRenamed ? undefined : await intake.walk(...args)),
    };
    return REAL_FUNCTIONS.handleMessage(trusting, log, message);
  },
};
