import { theServiceClock } from '../clock/observed-clock.ts';
import { type Key, keyText } from '../model/key.ts';
import type { HoldReason } from '../model/watch.ts';

/** Orders two events of one key: by time, then by message. */
export interface EventOrder {
  readonly time: Date;
  /** The first message of the event's chain. */
  readonly root: string;
}

interface PendingRecheck {
  readonly event: EventOrder;
  readonly due: Date;
  readonly hold: HoldReason | undefined;
}

/** Beyond this number the oldest is forgotten, which costs some checks. */
const MAX_KEYS = 10_000;

/**
 * The rechecks that this process has sent to the queue: for each key, that of its newest event. Otherwise a key with many
 * events would be rechecked for each of them. A recheck is left to a newer event only while that one's own recheck is
 * still due, so the newest event is always followed to its end.
 */
export class PendingRechecks {
  readonly #rechecks = new Map<string, PendingRecheck>();

  /** To be called when the queue has accepted the recheck. */
  add(key: Key, recheck: PendingRecheck): void {
    const name = keyText(key);
    const known = this.#rechecks.get(name);
    if (known !== undefined && known.due > theServiceClock.now() && isNewer(known.event, recheck.event))
      return;
    this.#rechecks.delete(name);
    this.#rechecks.set(name, recheck);
    const [oldest] = this.#rechecks.keys();
    if (this.#rechecks.size > MAX_KEYS && oldest !== undefined) this.#rechecks.delete(oldest);
  }

  /**
   * Whether a newer event of the key is followed already. If the key is held, that one must hold it too: otherwise no
   * waiting message would name the key.
   */
  hasNewer(key: Key, event: EventOrder, hold: HoldReason | undefined, now: Date): boolean {
    const name = keyText(key);
    const known = this.#rechecks.get(name);
    if (known === undefined) return false;
    if (known.due > now) {
      const isSafe = hold === undefined || hold === 'source-still-changing' || hold === known.hold;
      return isSafe && isNewer(known.event, event);
    }
    this.#rechecks.delete(name);
    return false;
  }
}

function isNewer(one: EventOrder, other: EventOrder): boolean {
  const ms = one.time.getTime() - other.time.getTime();
  return ms > 0 || (ms === 0 && one.root > other.root);
}
