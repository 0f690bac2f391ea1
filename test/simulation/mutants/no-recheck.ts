import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against invariant 5: a try after a write of unknown outcome does not know of it, and is the last look if it ends well. */
export const noRecheck: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: (intake, log, message) => {
    const { queue } = intake;
    const forgetful: typeof queue = {
      ...queue,
      sendLater: (hint, delayMs) =>
        queue.sendLater({ ...hint, history: { ...hint.history, unsettled: false } }, delayMs),
    };
    return REAL_FUNCTIONS.handleMessage({ ...intake, queue: forgetful }, log, message);
  },
};
