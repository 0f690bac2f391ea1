import { TIME_BUDGETS } from './time-budget.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { SteadyClock } from '../clock/service-clock.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** A defect is met again. Nobody knows that it is one, so it is given some seconds. */
const RETRY_UNKNOWN_FOR_MS = 3_000;

/** What is told of a message that a queue did not take, before it is sent again; once for each message. */
export type OnSendRefused = (error: BlobmirrorError) => void;

/**
 * Sends again while a queue does not take a message for a reason that may pass. A message that is given back is
 * delivered again at once, and ten deliveries later Service Bus moves it to the dead-letter queue: a full or a
 * forbidden queue would empty itself into there within seconds. Held, ten deliveries take twenty minutes.
 *
 * An error that nobody knows is no such reason: it is insisted on for seconds, so that ten deliveries take half a
 * minute and nothing else waits for them.
 */
export async function sendWithRetry(
  clock: SteadyClock,
  tell: OnSendRefused,
  send: () => Promise<void>,
): Promise<void> {
  const began = clock.now();
  for (let pauseMs = FIRST_PAUSE_MS, isTold = false; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      await send();
      return;
    } catch (thrown) {
      const error = toBlobmirrorError(thrown);
      if (!isTold) tell(error);
      isTold = true;
      if (clock.now() + pauseMs > began + retryForMs(error)) throw error;
    }
    await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  }
}

function retryForMs({ code, disposition }: BlobmirrorError): number {
  if (code === 'unexpected') return RETRY_UNKNOWN_FOR_MS;
  return disposition === 'retry' ? TIME_BUDGETS.sendRetry : 0;
}
