import { theServiceClock } from '../clock/process-clocks.ts';
import { type ReceivedHistory, type EventPart, chainMessage } from './message-chain.ts';
import { type PlannedRecheck, WATCH_RULES, type WatchRules, isHeld, planRecheck } from './plan-key-checks.ts';
import type { Hint, WalkPosition } from '../model/hint.ts';
import { type Key, keyText } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { HeldKey, HoldReason, Watch } from '../model/watch.ts';
import type { HintQueue } from '../ports/work-queues.ts';

/** So many keys have room in the properties of a message. Where more are held, the message holds the live point back. */
const MOST_HELD = 5;

/** What became of the keys of an event in one message, and the look that they deserve after it. */
export interface RecheckCollector {
  /** A key that the event names. Returns after how long it is looked at again, in milliseconds, if it is. */
  readonly add: (key: Key, verdict: Verdict) => number | undefined;
  /** A key below a prefix. Most of what a walk comes upon is not what the event was about. */
  readonly addBelow: (key: Key, verdict: Verdict) => number | undefined;
  /** What has not begun is left to the next message. */
  readonly deferRest: () => void;
  /** Whether a key so far is known not to be mirrored. */
  readonly hasDifferingKey: () => boolean;
  readonly next: (rest: WalkPosition | undefined) => Recheck | undefined;
}

export function collectRechecks(
  {
    watchRules = WATCH_RULES,
    pendingRechecks,
  }: { readonly watchRules?: WatchRules; readonly pendingRechecks?: PendingRechecks },
  hint: Hint,
  {
    from,
    watch: before,
    held: heldBefore = [],
    root,
  }: {
    readonly from: WalkPosition | undefined;
    readonly watch: Watch | undefined;
    readonly held: readonly HeldKey[] | undefined;
    readonly root: string;
  },
): RecheckCollector {
  const now = theServiceClock.now();
  const event = { time: hint.eventTime, root };
  /** Of what is not at its end. */
  const goesOn: number[] = [];
  const planned: PlannedRecheck[] = [];
  // A walk that goes on has left keys in earlier slices; one that begins meets them again.
  const held = new Map(
    from === undefined ? [] : heldBefore.map((each): [string, HeldKey] => [keyText(each.key), each]),
  );

  function add(key: Key, verdict: Verdict): number | undefined {
    held.delete(keyText(key));
    const delayMs = continuationDelayMs(verdict);
    if (delayMs !== undefined) {
      goesOn.push(delayMs);
      return delayMs;
    }
    const pause = planRecheck(hint, verdict, before, watchRules, now);
    if (pause === undefined || pendingRechecks?.hasNewer(key, event, pause.hold, now)) return undefined;
    planned.push(pause);
    if (pause.hold !== undefined) held.set(keyText(key), { key, reason: pause.hold });
    return pause.delayMs;
  }

  function plan(): PlannedRecheck | undefined {
    const [soonest] = planned.toSorted((one, other) => one.delayMs - other.delayMs);
    const [left] = held.values();
    if (soonest !== undefined || left === undefined || left.reason === 'source-still-changing')
      return soonest;
    return planRecheck(hint, { verdict: 'skipped', reason: left.reason }, before, watchRules, now);
  }

  return {
    add,
    addBelow: (key, verdict) =>
      continuationDelayMs(verdict) !== undefined || isHeld(verdict) ? add(key, verdict) : undefined,
    hasDifferingKey: () => [...held.values()].some(({ reason }) => reason !== 'source-still-changing'),
    deferRest: () => {
      goesOn.push(0);
    },
    next: (rest) => {
      const kept = [...held.values()].slice(0, MOST_HELD);
      if (rest !== undefined || goesOn.length > 0) {
        const delayMs = goesOn.length === 0 ? 0 : Math.min(...goesOn);
        return { delayMs, walk: rest, isMirrored: false, watch: before, held: kept };
      }
      const { delayMs, watch } = plan() ?? {};
      if (delayMs === undefined) return undefined;
      return { delayMs, walk: undefined, isMirrored: held.size <= MOST_HELD, watch, held: kept };
    },
  };
}

/** The service copies by itself; there is nothing to do but to look whether it is done. */
const WAIT_MS = 10_000;

/** After how long a long copy goes on, in milliseconds; undefined for what is no such copy. */
function continuationDelayMs(verdict: Verdict): number | undefined {
  if (verdict.verdict !== 'unfinished') return undefined;
  return verdict.engine === 'copy-blob' ? WAIT_MS : 0;
}

/** A look at an event after this one. */
export interface Recheck {
  readonly delayMs: number;
  /** Where the walk of its prefixes goes on; undefined: at its beginning. */
  readonly walk: WalkPosition | undefined;
  /** Nothing of the event is left to be mirrored but the keys that are held: the look is for what may have come since. */
  readonly isMirrored: boolean;
  /** What it should know of the looks so far. */
  readonly watch: Watch | undefined;
  readonly held: readonly HeldKey[];
}

/** Sends the event again for another look. What failed before counts no more: the look ended well. */
export async function sendRecheck(
  queue: HintQueue,
  history: ReceivedHistory,
  hint: Hint,
  part: EventPart,
  { delayMs, walk, isMirrored, watch, held }: Recheck,
): Promise<void> {
  const next = {
    walk,
    attempts: 0,
    defects: undefined,
    looks: history.looks + 1,
    lastError: undefined,
    firstError: undefined,
    firstSeen: theServiceClock.now(),
    mirrored: isMirrored,
    watch,
    held,
  };
  await queue.sendLater(chainMessage(hint.event, part, 'look', history, next), delayMs);
}

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
