import { type Clock, systemClock } from './clock.js';
import type { HintQueue } from './hint-queue.js';
import { insist } from './insist.js';

/** The queue of hints, for those who hold a message that they must not give back lightly. */
export function insistOnQueue(queue: HintQueue, clock: Clock = systemClock): HintQueue {
  return {
    sendLater: async (message, delayMs) =>
      await insist(clock, async () => await queue.sendLater(message, delayMs)),
    deadLetter: async (message) => await insist(clock, async () => await queue.deadLetter(message)),
  };
}
