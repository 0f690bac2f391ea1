import { changeReadings, spoilPorts } from './mutant.ts';

const LONG_AFTER = new Date('2999-01-01T00:00:00Z');

/** A source that was just made empty is followed at once, as if it had been left so for long. */
export const followsEmptyStage = spoilPorts(({ source }) => ({
  source: changeReadings(source, (reading) => ({ ...reading, readAt: LONG_AFTER })),
}));
