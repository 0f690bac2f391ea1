import { TIME_BUDGETS } from './time-budget.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import type { SteadyClock } from '../clock/service-clock.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** A defect fails every time. It cannot be recognised as one, so it is retried for some seconds. */
const RETRY_UNKNOWN_FOR_MS = 3_000;

/** What is reported of a message that a queue did not take, before it is sent again; once per message. */
export type OnSendRefused = (error: BlobmirrorError) => void;

/**
 * Sends again while a queue refuses a message for a reason that may pass. Service Bus delivers an abandoned
 * message again at once, and moves it to the dead-letter queue after ten deliveries: within seconds, all
 * messages would be dead letters because a queue is full or forbidden. With the message held and retried, ten
 * deliveries take twenty minutes.
 *
 * An unknown error is retried for seconds only, so that ten deliveries take half a minute and nothing else
 * waits for them.
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
