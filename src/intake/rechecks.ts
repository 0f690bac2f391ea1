import { theServiceClock } from '../clock/process-clocks.ts';
import type { PendingRechecks } from './pending-rechecks.ts';
import type { Hint, WalkPosition } from '../model/hint.ts';
import { type Key, keyText } from '../model/key.ts';
import { type Verdict, isNotProtected } from '../model/verdict.ts';
import type { Found, HeldKey, HoldReason, Watch } from '../model/watch.ts';

/** So many keys have room in the properties of a message. Where more are held, the message holds the live point back. */
const MOST_HELD = 5;

/** What became of the keys of an event in one message, and the look that they deserve after it. */
interface RecheckCollector {
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

/** The service copies by itself; there is nothing to do but to look whether it is done. */
const WAIT_MS = 10_000;

/** After how long a long copy goes on, in milliseconds; undefined for what is no such copy. */
function continuationDelayMs(verdict: Verdict): number | undefined {
  if (verdict.verdict !== 'unfinished') return undefined;
  return verdict.engine === 'copy-blob' ? WAIT_MS : 0;
}

/** When keys that may change without an event are looked at again. */
export interface WatchRules {
  /** The first pause, in milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number;
  /** After this time a full sync has passed, which finds what changes later. */
  readonly forMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** With the default schedule of full syncs, an hour. */
export const WATCH_RULES: WatchRules = { firstPauseMs: 30 * SECOND, forMs: HOUR };

/** Full syncs may be rarer, or off. With this, and pauses that double from 30 s, no more than 10 looks may copy. */
export const LONGEST_WATCH_MS = 4 * HOUR;

/** What one event may cost, whatever its key does: docs/semantics.md "A blob that is still being written". */
const MOST_RECHECKS = 19;
const MOST_COPIES = 10;
/** Emptiness comes of age after an hour. */
const LONGEST_PAUSE_MS = 64 * MINUTE;

/**
 * A copy of the service may take days; no event tells of its end on hierarchical accounts. Pauses that double from 10 s
 * to 3 hours are 18 looks in the first day and 8 in each further one; 128 are two weeks.
 */
const FIRST_WAIT_MS = 10 * SECOND;
const LONGEST_WAIT_MS = 3 * HOUR;
const MOST_WAITS = 128;

/** The look after this one. */
interface PlannedRecheck {
  readonly delayMs: number;
  readonly watch: Watch;
  /** Why the key is known not to be in step, or not for long; undefined: it is. */
  readonly hold: HoldReason | undefined;
}

/** So often a key that is blocked is looked at before a full sync has surely passed, which then excepts it. */
const MOST_BLOCKED_RECHECKS = 2;

/** Whether the key is known to differ, so that it is excepted by name for as long as a look at it is to come. */
function isHeld(verdict: Verdict): boolean {
  const found = toFound(verdict);
  return found === 'source-still-written' || found === 'source-copy-pending' || found === 'blocked';
}

/** What matters of a verdict for the next look; undefined: nothing is to be waited for. */
function toFound(verdict: Verdict, before?: Watch): Found | undefined {
  switch (verdict.verdict) {
    case 'copied':
      // What bears no stamp is copied by each look, so that a copy says nothing of a change.
      return verdict.stamped || before === undefined ? 'copied' : 'in-step';
    case 'in-sync':
    // The content is as it was.
    case 'restamped':
    case 'retiered':
    case 'retagged':
    case 'access-set':
      return 'in-step';
    case 'skipped':
      if (isNotProtected(verdict)) return 'blocked';
      return verdict.reason === 'source-still-written' || verdict.reason === 'source-copy-pending'
        ? verdict.reason
        : undefined;
    default:
      return undefined;
  }
}

/**
 * When a key is looked at again although nothing failed, by what this look found and what was known before it; undefined:
 * not at all.
 *
 * - What may change without an event is looked at after growing pauses, until it was in step twice as long as the first
 *   pause, and at most until a full sync has passed. Within the first pause alone, a file that is flushed every 40 s
 *   seems to be at rest. What is still empty has not been written yet, unless its writer has closed it.
 * - What is held since its writer is at work is looked at until that is over. It is copied empty when it was left so for
 *   an hour (see mirror/decide.ts).
 * - A copy of the service is waited for.
 * - What a person must clear is looked at again when a full sync has passed, so that a message names it until then.
 */
export function planRecheck(
  { silentChanges }: Pick<Hint, 'silentChanges'>,
  verdict: Verdict,
  before: Watch | undefined,
  { firstPauseMs, forMs }: WatchRules,
  now: Date,
): PlannedRecheck | undefined {
  const found = toFound(verdict, before);
  if (found === undefined) return undefined;
  if (!isHeld(verdict) && before === undefined && silentChanges === 'none') return undefined;

  const wasPending = before?.found === 'source-copy-pending';
  // A copy that took days was no time in which its content could have changed.
  const since = before === undefined || wasPending ? now : before.since;
  const copies = (before?.copies ?? 0) + (verdict.verdict === 'copied' ? 1 : 0);
  const isEmpty = verdict.verdict === 'copied' ? verdict.bytes === 0 : (before?.isEmpty ?? false);
  const looks = before?.looks ?? 0;
  const next = (delayMs: number, hold: HoldReason | undefined): PlannedRecheck => ({
    delayMs,
    watch: { since, looks: looks + 1, copies, pauseMs: delayMs, found, isEmpty },
    hold,
  });

  if (found === 'blocked') {
    const left = before?.found === found ? looks : 0;
    return left < MOST_BLOCKED_RECHECKS && isNotProtected(verdict) ? next(forMs, verdict.reason) : undefined;
  }
  if (found === 'source-copy-pending') {
    const delayMs = wasPending ? Math.min(2 * before.pauseMs, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    return looks < MOST_WAITS ? next(delayMs, found) : undefined;
  }

  const delayMs =
    before === undefined || wasPending ? firstPauseMs : Math.min(2 * before.pauseMs, LONGEST_PAUSE_MS);
  if (looks >= MOST_RECHECKS) return undefined;
  if (found === 'source-still-written') return next(delayMs, found);

  if (copies >= MOST_COPIES || now.getTime() - since.getTime() >= forMs) return undefined;
  if (found === 'copied') {
    // What a copy of the service, or the first content, was waited for has come; it is not known to change again.
    const changedSilently = before?.found === 'copied' || before?.found === 'in-step';
    // The last copy is kept for when a full sync has passed: until then the key is known to be changing.
    const untilThen = copies === MOST_COPIES - 1 ? since.getTime() + forMs - now.getTime() : 0;
    return next(Math.max(delayMs, untilThen), changedSilently ? 'source-still-changing' : undefined);
  }
  if (silentChanges !== 'open') return undefined;
  const isAtRest = !wasPending && (before?.pauseMs ?? 0) >= 2 * firstPauseMs && !isEmpty;
  return isAtRest ? undefined : next(delayMs, undefined);
}
