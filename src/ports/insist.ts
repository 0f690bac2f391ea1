import { toBlobmirrorError } from '../model/errors.js';
import type { Clock } from './clock.js';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** With the wait at a gate and the requests themselves it stays within the five minutes of a function. */
export const INSIST_MS = 120_000;

/**
 * Sends again while a queue does not take a message for a reason that may pass. A message that is given back is
 * delivered again at once, and ten deliveries later Service Bus moves it to the dead-letter queue: a full or a
 * forbidden queue would empty itself into there within seconds. Held, ten deliveries take twenty minutes.
 */
export async function insist(clock: Clock, send: () => Promise<void>): Promise<void> {
  const until = clock.now() + INSIST_MS;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      await send();
      return;
    } catch (error) {
      if (toBlobmirrorError(error).disposition !== 'retry' || clock.now() + pauseMs > until) throw error;
    }
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  }
}
