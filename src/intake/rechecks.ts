import { theServiceClock } from '../clock/observed-clock.ts';
import type { PendingRechecks } from './pending-rechecks.ts';
import type { Hint, WalkPosition } from '../model/hint.ts';
import { type Key, keyText } from '../model/key.ts';
import {
  type SkipReason,
  type Verdict,
  isBlockedReason,
  isNotProtected,
  lacksVersion,
} from '../model/verdict.ts';
import type { Found, HeldKey, HoldReason, Watch } from '../model/watch.ts';

/** Held keys that fit into the properties of a message. If there are more, the message holds the live recovery point back. */
const MAX_HELD = 5;

/** Collects the verdicts of an event's keys, and plans its next check. */
interface RecheckCollector {
  /** A key that the event names. */
  readonly add: (key: Key, verdict: Verdict) => NextCheck;
  /** A key that a walk found. Most of those are not what the event is about. */
  readonly addBelow: (key: Key, verdict: Verdict) => NextCheck;
  /** Leaves the checks that have not begun to the next message. */
  readonly deferRest: () => void;
  /**
   * Whether the backup lacks the version of a key that this message checked; of one that an earlier message of the same walk
   * checked, too, unless `now`.
   */
  readonly hasDifferingKey: (when?: 'now') => boolean;
  /** Whether a copy continues in the next message. */
  readonly hasUnfinishedKey: () => boolean;
  readonly next: (rest: WalkPosition | undefined) => Recheck | undefined;
}

/** The next check of a key: in so many milliseconds, by the recheck of a newer event, or none. */
export type NextCheck = number | 'by a newer event' | undefined;

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
    isBlocked: wasBlocked = false,
    root,
  }: {
    readonly from: WalkPosition | undefined;
    readonly watch: Watch | undefined;
    readonly held: readonly HeldKey[] | undefined;
    readonly isBlocked?: boolean;
    readonly root: string;
  },
): RecheckCollector {
  const now = theServiceClock.now();
  const event = { time: hint.eventTime, root };
  /** Delays of unfinished work, in milliseconds. */
  const unfinished: number[] = [];
  const planned: PlannedRecheck[] = [];
  // A walk that continues keeps what earlier messages found; one that begins finds it again.
  const earlier = from === undefined ? [] : heldBefore;
  // Blocked keys are on record, and named there until they are mirrored. Messages of former releases held them.
  const held = new Map(
    earlier
      .filter(({ reason }) => !isBlockedReason(reason))
      .map((each): [string, HeldKey] => [keyText(each.key), each]),
  );
  const isBlockedBefore = from !== undefined && (wasBlocked || held.size < earlier.length);
  const isOverfull = earlier.length > MAX_HELD;
  /** Keys whose version the backup lacks, whether or not another check of them is planned. */
  const lacking = new Set<string>();
  /** The walk does not come back to such a key. A key that the event names is checked by each message. */
  let isBlocked = isBlockedBefore;

  function add(key: Key, verdict: Verdict): NextCheck {
    held.delete(keyText(key));
    lacking.delete(keyText(key));
    if (lacksVersion(verdict)) lacking.add(keyText(key));
    const delayMs = continuationDelayMs(verdict);
    if (delayMs !== undefined) {
      unfinished.push(delayMs);
      return delayMs;
    }
    const pause = planRecheck(hint, verdict, before, watchRules, now);
    if (pause === undefined) return undefined;
    if (pendingRechecks?.hasNewer(key, event, pause.hold, now)) return 'by a newer event';
    planned.push(pause);
    if (pause.hold !== undefined) held.set(keyText(key), { key, reason: pause.hold });
    return pause.delayMs;
  }

  function plan(): PlannedRecheck | undefined {
    const [soonest] = planned.toSorted((one, other) => one.delayMs - other.delayMs);
    if (soonest !== undefined) return soonest;
    const [left] = held.values();
    const reason = left?.reason === 'source-still-changing' ? undefined : left?.reason;
    return planSkipped(reason) ?? (isBlockedBefore ? planSkipped(ANY_BLOCKED) : undefined);
  }

  function planSkipped(reason: SkipReason | undefined): PlannedRecheck | undefined {
    return reason && planRecheck(hint, { verdict: 'skipped', reason }, before, watchRules, now);
  }

  return {
    add,
    addBelow: (key, verdict) => {
      if (lacksVersion(verdict)) isBlocked = true;
      // An unfinished copy is met again: the next message begins where this one began.
      else if (continuationDelayMs(verdict) === undefined) return undefined;
      return add(key, verdict);
    },
    hasDifferingKey: (when) =>
      lacking.size > 0 ||
      (when !== 'now' &&
        (isBlockedBefore || [...held.values()].some(({ reason }) => reason !== 'source-still-changing'))),
    hasUnfinishedKey: () => unfinished.length > 0,
    deferRest: () => {
      unfinished.push(0);
    },
    next: (rest) => {
      const all = [...held.values()];
      if (rest !== undefined || unfinished.length > 0) {
        const delayMs = unfinished.length === 0 ? 0 : Math.min(...unfinished);
        // One too many says so to the messages that follow.
        const kept = all.slice(0, MAX_HELD + 1);
        const isStopped = hint.rename !== undefined && isBlocked;
        return { delayMs, walk: rest, isMirrored: false, watch: before, held: kept, isBlocked: isStopped };
      }
      const { delayMs, watch } = plan() ?? {};
      if (delayMs === undefined) return undefined;
      const isMirrored = all.length <= MAX_HELD && !isOverfull;
      const kept = all.slice(0, MAX_HELD);
      return { delayMs, walk: undefined, isMirrored, watch, held: kept, isBlocked: false };
    },
  };
}

/** The next check of an event. */
export interface Recheck {
  readonly delayMs: number;
  /** Where the walk of its prefixes continues; undefined: at the beginning. */
  readonly walk: WalkPosition | undefined;
  /** Everything but the held keys is mirrored: the check is for later changes. */
  readonly isMirrored: boolean;
  /** What earlier checks found. */
  readonly watch: Watch | undefined;
  readonly held: readonly HeldKey[];
  /** Of a walk that continues: a key that it met keeps the old name of the rename from being deleted. */
  readonly isBlocked: boolean;
}

/** How often an asynchronous copy of the service is checked. */
const WAIT_MS = 10_000;

/** When an unfinished copy continues, in milliseconds; undefined for other verdicts. */
function continuationDelayMs(verdict: Verdict): number | undefined {
  if (verdict.verdict !== 'unfinished') return undefined;
  return verdict.engine === 'copy-blob' ? WAIT_MS : 0;
}

/** When keys that may change without an event are rechecked. */
export interface WatchRules {
  /** The first pause, in milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number;
  /** After this time a full sync has run; it finds later changes. */
  readonly forMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** With the default schedule of full syncs, an hour. */
export const WATCH_RULES: WatchRules = { firstPauseMs: 30 * SECOND, forMs: HOUR };

/** Full syncs may be rarer, or off. With pauses that double from 30 s, at most 10 checks copy within this time. */
export const LONGEST_WATCH_MS = 4 * HOUR;

/** Limits of what one event may cost: docs/semantics.md "A blob that is still being written". */
const MAX_RECHECKS = 19;
const MAX_COPIES = 10;
/** Longer than `EMPTY_STAGE_MS` of mirror/decide.ts. */
const LONGEST_PAUSE_MS = 64 * MINUTE;

/**
 * A copy by the service may take days; on hierarchical accounts no event reports its end. Pauses that double from 10 s to
 * 3 hours make 18 checks in the first day and 8 in each further one; 128 checks take two weeks.
 */
const FIRST_WAIT_MS = 10 * SECOND;
const LONGEST_WAIT_MS = 3 * HOUR;
const MAX_WAITS = 128;

/** The next check of a key. */
interface PlannedRecheck {
  readonly delayMs: number;
  readonly watch: Watch;
  /** Why the key is known to differ, or to change again soon; undefined if it is in step. */
  readonly hold: HoldReason | undefined;
}

/**
 * A rename whose new name is blocked is rechecked this often, for what is left of it: its old name. By then a full sync has
 * run.
 */
const MAX_BLOCKED_RECHECKS = 2;

/** For a key that an earlier message met: which reason it was does not matter. */
const ANY_BLOCKED: SkipReason = 'backup-leased';

/** What a verdict means for the next check; undefined if none is needed. */
function toFound(verdict: Verdict, before?: Watch): Found | undefined {
  switch (verdict.verdict) {
    case 'copied':
      // A blob without a stamp is copied by every check, so a copy does not mean that it changed.
      return verdict.stamped || before === undefined ? 'copied' : 'in-step';
    case 'in-sync':
    // The content is unchanged.
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
 * When a key is rechecked although nothing failed, by the verdict of this check and what earlier ones found; undefined:
 * never.
 *
 * - A blob that may change without an event is rechecked after growing pauses, until it was in step for twice the first
 *   pause, at most until a full sync has run. One pause is not enough: a file that is flushed every 40 s would seem
 *   finished. An empty blob is not written yet, unless its writer closed it.
 * - A blob that is held because its writer is still writing is rechecked until that ends. After an hour it is copied empty
 *   (`EMPTY_STAGE_MS` of mirror/decide.ts).
 * - A copy by the service is rechecked until it ends.
 * - A key that only a person can unblock is on record and retried without a message. A rename that it holds up is rechecked.
 */
export function planRecheck(
  { silentChanges, rename }: Pick<Hint, 'silentChanges' | 'rename'>,
  verdict: Verdict,
  before: Watch | undefined,
  { firstPauseMs, forMs }: WatchRules,
  now: Date,
): PlannedRecheck | undefined {
  const found = toFound(verdict, before);
  if (found === undefined) return undefined;
  if (!lacksVersion(verdict) && before === undefined && silentChanges === 'none') return undefined;

  const wasPending = before?.found === 'source-copy-pending';
  // While the service copied, the content could not change.
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
    return rename !== undefined && left < MAX_BLOCKED_RECHECKS ? next(forMs, undefined) : undefined;
  }
  if (found === 'source-copy-pending') {
    const delayMs = wasPending ? Math.min(2 * before.pauseMs, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    return looks < MAX_WAITS ? next(delayMs, found) : undefined;
  }

  const delayMs =
    before === undefined || wasPending ? firstPauseMs : Math.min(2 * before.pauseMs, LONGEST_PAUSE_MS);
  if (looks >= MAX_RECHECKS) return undefined;
  if (found === 'source-still-written') return next(delayMs, found);

  if (copies >= MAX_COPIES || now.getTime() - since.getTime() >= forMs) return undefined;
  if (found === 'copied') {
    // After a copy by the service, or the first content, nothing says that it will change again.
    const changedSilently = before?.found === 'copied' || before?.found === 'in-step';
    // The last permitted copy waits until a full sync has run: until then the key is known to change.
    const untilThen = copies === MAX_COPIES - 1 ? since.getTime() + forMs - now.getTime() : 0;
    return next(Math.max(delayMs, untilThen), changedSilently ? 'source-still-changing' : undefined);
  }
  if (silentChanges !== 'open') return undefined;
  const isAtRest = !wasPending && (before?.pauseMs ?? 0) >= 2 * firstPauseMs && !isEmpty;
  return isAtRest ? undefined : next(delayMs, undefined);
}
