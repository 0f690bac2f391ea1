import { theServiceClock } from '../../clock/the-service-clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Delivery } from './open-link.ts';

const SHORTEST_PAUSE_MS = 1000;

/**
 * Renews the lock of a message, each time when half of it is over, for at most `maxMs`. Returns what ends it.
 *
 * Written here since the renewal of @azure/service-bus 7.9 keeps its timers by message id: it refuses to settle a
 * message that has none, and mixes up two messages with the same one.
 */
export function keepLock({ receiver, message }: Delivery, maxMs: number, log: Logger): () => void {
  const until = performance.now() + maxMs;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const schedule = (): void => {
    const left = leftOf(message);
    if (ended || performance.now() + left >= until) return;
    const pause = Math.max(SHORTEST_PAUSE_MS, left / 2);
    timer = setTimeout(() => void renew(), pause).unref();
  };

  const renew = async (): Promise<void> => {
    try {
      // The client sets lockedUntilUtc of the message to the answer.
      await receiver.renewMessageLock(message);
    } catch (error) {
      if (ended) return;
      log.warn('Message lock could not be renewed', { messageId: message.messageId, error });
      // A cut connection may be back before the lock is over; a lock that is over stays over.
      if (leftOf(message) <= 0) return;
    }
    schedule();
  };

  schedule();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** For how many milliseconds the lock still holds, by the clocks of the services. */
function leftOf({ lockedUntilUtc }: Delivery['message']): number {
  return (lockedUntilUtc?.getTime() ?? 0) - theServiceClock.now().getTime();
}
