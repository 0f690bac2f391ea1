import { changeReadings, spoilPorts } from './mutant.ts';

const LONG_AFTER = new Date('2999-01-01T00:00:00Z');

/** A source that was just created empty is mirrored at once, as if it had been empty for long. */
export const followsEmptyStage = spoilPorts(({ source }) => ({
  source: changeReadings(source, (reading) => ({ ...reading, readAt: LONG_AFTER })),
}));
