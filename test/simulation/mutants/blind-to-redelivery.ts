import { type Heart, REAL_HEART } from '../heart.ts';

/** Against invariant 5: a message that comes again is taken for one that comes for the first time. */
export const blindToRedelivery: Heart = {
  ...REAL_HEART,
  handleMessage: (intake, log, message) =>
    REAL_HEART.handleMessage(intake, log, { ...message, deliveryCount: 1 }),
};
