import type { Queue } from '../queue/queue.ts';
import type { RuntimeCounts } from './queue-entry.ts';

/** A queue's messages as the portal and the administration client count them: locked and deferred ones are active. */
export function countMessages(queue: Queue): RuntimeCounts {
  const main = queue.counts('main');
  const dead = queue.counts('deadLetter');
  const active = main.active + main.locked + main.deferred + main['deferred-locked'];
  const deadLetter = dead.active + dead.locked + dead.deferred + dead['deferred-locked'];
  return {
    total: active + main.scheduled + deadLetter,
    active,
    scheduled: main.scheduled,
    deadLetter,
    sizeInBytes: main.bytes + dead.bytes,
  };
}
