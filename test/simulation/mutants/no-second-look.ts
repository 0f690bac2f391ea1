import { type Heart, REAL_HEART } from '../heart.ts';

/** Against invariant 5: a try after a write of unknown outcome does not know of it, and is the last look if it ends well. */
export const noSecondLook: Heart = {
  ...REAL_HEART,
  handleMessage: (intake, log, message) => {
    const { queue } = intake;
    const forgetful: typeof queue = {
      ...queue,
      sendLater: (hint, delayMs) =>
        queue.sendLater({ ...hint, history: { ...hint.history, unsettled: false } }, delayMs),
    };
    return REAL_HEART.handleMessage({ ...intake, queue: forgetful }, log, message);
  },
};
