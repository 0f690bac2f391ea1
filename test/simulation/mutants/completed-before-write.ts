import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against invariant 9: a message is completed as soon as its handling begins. */
export const completedBeforeWrite: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: async (intake, log, message) => {
    await Promise.resolve();
    REAL_FUNCTIONS.handleMessage(intake, log, message).catch(() => undefined);
  },
};
