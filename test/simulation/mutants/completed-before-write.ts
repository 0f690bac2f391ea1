import { type Heart, REAL_HEART } from '../heart.ts';

/** Against invariant 9: a message is done with as soon as its handling began. */
export const completedBeforeWrite: Heart = {
  ...REAL_HEART,
  handleMessage: async (intake, log, message) => {
    await Promise.resolve();
    REAL_HEART.handleMessage(intake, log, message).catch(() => undefined);
  },
};
