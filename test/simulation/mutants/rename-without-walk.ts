import { type Heart, REAL_HEART } from '../heart.ts';

/** Against rule 2 of directories: after a rename on the backup, what is below the two names is not walked. */
export const renameWithoutWalk: Heart = {
  ...REAL_HEART,
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
    return REAL_HEART.handleMessage(trusting, log, message);
  },
};
