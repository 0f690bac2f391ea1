import { changeReadings, spoilPorts } from './mutant.ts';

/** Against invariant 8: a pair in sync is written again. */
export const blindToStamp = spoilPorts(({ backup }) => ({
  backup: changeReadings(backup, (reading) => ({ ...reading, stamp: undefined })),
}));
