import { theServiceClock } from '../clock/the-service-clock.ts';
import type { Hint } from '../model/hint.ts';
import { type Key, keyText } from '../model/key.ts';
import type { Verdict } from '../model/verdict.ts';
import type { WalkPosition } from '../model/walk-position.ts';
import type { HeldKey, Watch } from '../model/watch.ts';
import { goesOnAfter, type NextLook } from './look-again.ts';
import type { LooksToCome } from './looks-to-come.ts';
import { isHeld, type PlannedPause, planNextLook, WATCH_RULES, type WatchRules } from './plan-next-look.ts';

/** So many keys have room in the properties of a message. Where more are held, the message holds the live point back. */
const MOST_HELD = 5;

/** What became of the keys of an event in one message, and the look that they deserve after it. */
export interface CollectedLooks {
  /** A key that the event names. Returns after how long it is looked at again, in milliseconds, if it is. */
  readonly add: (key: Key, verdict: Verdict) => number | undefined;
  /** A key below a prefix. Most of what a walk comes upon is not what the event was about. */
  readonly addBelow: (key: Key, verdict: Verdict) => number | undefined;
  /** What has not begun is left to the next message. */
  readonly leaveRest: () => void;
  /** Whether a key so far is known not to be mirrored. */
  readonly isAnyLeft: () => boolean;
  readonly next: (rest: WalkPosition | undefined) => NextLook | undefined;
}

export function collectLooks(
  {
    watchRules = WATCH_RULES,
    looksToCome,
  }: { readonly watchRules?: WatchRules; readonly looksToCome?: LooksToCome },
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
): CollectedLooks {
  const now = theServiceClock.now();
  const event = { time: hint.eventTime, root };
  /** Of what is not at its end. */
  const goesOn: number[] = [];
  const planned: PlannedPause[] = [];
  // A walk that goes on has left keys in earlier slices; one that begins meets them again.
  const held = new Map(
    from === undefined ? [] : heldBefore.map((each): [string, HeldKey] => [keyText(each.key), each]),
  );

  function add(key: Key, verdict: Verdict): number | undefined {
    held.delete(keyText(key));
    const delayMs = goesOnAfter(verdict);
    if (delayMs !== undefined) {
      goesOn.push(delayMs);
      return delayMs;
    }
    const pause = planNextLook(hint, verdict, before, watchRules, now);
    if (pause === undefined || looksToCome?.hasNewer(key, event, pause.hold, now)) return undefined;
    planned.push(pause);
    if (pause.hold !== undefined) held.set(keyText(key), { key, reason: pause.hold });
    return pause.delayMs;
  }

  function plan(): PlannedPause | undefined {
    const [soonest] = planned.toSorted((one, other) => one.delayMs - other.delayMs);
    const [left] = held.values();
    if (soonest !== undefined || left === undefined || left.reason === 'source-still-changing')
      return soonest;
    return planNextLook(hint, { verdict: 'skipped', reason: left.reason }, before, watchRules, now);
  }

  return {
    add,
    addBelow: (key, verdict) =>
      goesOnAfter(verdict) !== undefined || isHeld(verdict) ? add(key, verdict) : undefined,
    isAnyLeft: () => [...held.values()].some(({ reason }) => reason !== 'source-still-changing'),
    leaveRest: () => {
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
