import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against invariant 9: a message is done with as soon as its handling began. */
export const completedBeforeWrite: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: async (intake, log, message) => {
    await Promise.resolve();
    REAL_FUNCTIONS.handleMessage(intake, log, message).catch(() => undefined);
  },
};
