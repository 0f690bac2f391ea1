import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/**
 * Against invariant 5: a retry after a write of unknown outcome does not know of that write, and schedules no
 * recheck if it succeeds.
 */
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
