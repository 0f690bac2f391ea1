import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/** Against invariant 5: a redelivered message is taken for a first delivery. */
export const blindToRedelivery: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: (intake, log, message) =>
    REAL_FUNCTIONS.handleMessage(intake, log, { ...message, deliveryCount: 1 }),
};
