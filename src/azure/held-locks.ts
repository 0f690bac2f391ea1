import { theServiceClock } from '../clock/the-service-clock.ts';
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/** Locks that are given up or renewed at a time. */
const AT_ONCE = 200;

interface Held {
  readonly lockToken: string;
  readonly deadline: number;
}

/**
 * Messages that are held only to get past them. Nothing is kept of them but the locks, so that ten thousand of them
 * cost no more than a megabyte. A message without the link that it came by is what the client takes for a deferred one:
 * it settles that by its lock token alone.
 */
export class HeldLocks {
  #held: Held[] = [];

  get size(): number {
    return this.#held.length;
  }

  hold({ lockToken, lockedUntilUtc }: ServiceBusReceivedMessage): void {
    if (lockToken === undefined) return;
    const left = (lockedUntilUtc?.getTime() ?? 0) - theServiceClock.now().getTime();
    // A third before its end.
    this.#held.push({ lockToken, deadline: performance.now() + (left * 2) / 3 });
  }

  /** Renews what would be lost soon. One that is lost comes again by itself. */
  async renew(receiver: ServiceBusReceiver): Promise<void> {
    const now = performance.now();
    const due = this.#held.filter(({ deadline }) => deadline <= now);
    if (due.length === 0) return;
    this.#held = this.#held.filter(({ deadline }) => deadline > now);
    await inGroups(due, async ({ lockToken }) => {
      const lockedUntilUtc = await receiver.renewMessageLock(byToken(lockToken));
      this.hold({ lockToken, lockedUntilUtc } as ServiceBusReceivedMessage);
    });
  }

  /** Gives all of them back. What cannot be given back comes back by itself when its lock runs out. */
  async giveBack(receiver: ServiceBusReceiver): Promise<void> {
    await inGroups(this.#held.splice(0), async ({ lockToken }) => {
      await receiver.abandonMessage(byToken(lockToken));
    });
  }
}

function byToken(lockToken: string): ServiceBusReceivedMessage {
  return { lockToken, delivery: {} } as unknown as ServiceBusReceivedMessage;
}

async function inGroups(held: readonly Held[], act: (held: Held) => Promise<void>): Promise<void> {
  for (let from = 0; from < held.length; from += AT_ONCE) {
    await Promise.allSettled(held.slice(from, from + AT_ONCE).map(act));
  }
}
