import { type Clock, systemClock } from './clock.ts';
import type { HintQueue } from './hint-queue.ts';
import { insist, type TellRefusal } from './insist.ts';

/** The queue of hints, for those who hold a message that they must not give back lightly. */
export function insistOnQueue(queue: HintQueue, tell: TellRefusal, clock: Clock = systemClock): HintQueue {
  return {
    sendLater: async (message, delayMs) =>
      await insist(clock, tell, async () => await queue.sendLater(message, delayMs)),
    deadLetter: async (message) => await insist(clock, tell, async () => await queue.deadLetter(message)),
  };
}
