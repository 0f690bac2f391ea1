import { theServiceClock } from '../clock/process-clocks.ts';
import { type Key, keyText } from '../model/key.ts';
import type { HoldReason } from '../model/watch.ts';

/** Which of two events of one key is the newer one: by time, and by message where times are equal. */
export interface EventOrder {
  readonly time: Date;
  /** The message that the event came in. */
  readonly root: string;
}

interface PendingRecheck {
  readonly event: EventOrder;
  readonly due: Date;
  readonly hold: HoldReason | undefined;
}

/** Forgetting one costs some looks. */
const MOST_KEYS = 10_000;

/**
 * The looks that this process has sent to the queue, by key: of each key, the one for its newest event. A key with many
 * events would otherwise be watched for each of them at once. A look is left to a newer event only while that one's next
 * look is sure to come, so the newest event known to any process is always followed to its end.
 */
export class PendingRechecks {
  readonly #looks = new Map<string, PendingRecheck>();

  /** The queue has acknowledged the look. */
  add(key: Key, look: PendingRecheck): void {
    const name = keyText(key);
    const known = this.#looks.get(name);
    if (known !== undefined && known.due > theServiceClock.now() && isNewer(known.event, look.event)) return;
    this.#looks.delete(name);
    this.#looks.set(name, look);
    const [oldest] = this.#looks.keys();
    if (this.#looks.size > MOST_KEYS && oldest !== undefined) this.#looks.delete(oldest);
  }

  /**
   * Whether a newer event of the key is followed. What is known to differ is left to one that knows it as well: else no
   * message that waits would name the key.
   */
  hasNewer(key: Key, event: EventOrder, hold: HoldReason | undefined, now: Date): boolean {
    const name = keyText(key);
    const known = this.#looks.get(name);
    if (known === undefined) return false;
    if (known.due > now) {
      const isSafe = hold === undefined || hold === 'source-still-changing' || hold === known.hold;
      return isSafe && isNewer(known.event, event);
    }
    this.#looks.delete(name);
    return false;
  }
}

function isNewer(one: EventOrder, other: EventOrder): boolean {
  const ms = one.time.getTime() - other.time.getTime();
  return ms > 0 || (ms === 0 && one.root > other.root);
}
