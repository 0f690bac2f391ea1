import { HeardClock } from './heard-clock.ts';
import { QueueClock } from './queue-clock.ts';

/** The one of this process: its machine has one clock, and every answer of an account tells of it. */
export const theServiceClock = new HeardClock({
  own: () => Date.now(),
  steady: () => performance.now(),
});

/** The one of this process: both queues are of one namespace. */
export const theQueueClock = new QueueClock(theServiceClock);
