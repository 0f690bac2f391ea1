import { HeardClock } from './heard-clock.js';

/** The one of this process: its machine has one clock, and every answer of an account tells of it. */
export const theServiceClock = new HeardClock({
  own: () => Date.now(),
  steady: () => performance.now(),
});
