import { LONGEST_REQUEST_MS } from '../../../src/intake/backoff.js';
import { type Heart, REAL_HEART } from '../heart.js';

/** Against invariant 5: a write whose outcome is unknown is not looked at after the longest request time. */
export const noSecondLook: Heart = {
  ...REAL_HEART,
  handleMessage: (intake, log, message) => {
    const { queue } = intake;
    const forgetful: typeof queue = {
      ...queue,
      sendLater: async (hint, delayMs) => {
        if (delayMs < LONGEST_REQUEST_MS) await queue.sendLater(hint, delayMs);
      },
    };
    return REAL_HEART.handleMessage({ ...intake, queue: forgetful }, log, message);
  },
};
