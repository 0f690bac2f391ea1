import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against invariant 5: a message that comes again is taken for one that comes for the first time. */
export const blindToRedelivery: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: (intake, log, message) =>
    REAL_FUNCTIONS.handleMessage(intake, log, { ...message, deliveryCount: 1 }),
};
