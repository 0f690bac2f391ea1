import type { Hint, WalkPosition } from '../model/hint.ts';
import type { Key, Prefix } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import { type Verdict, isNotProtected } from '../model/verdict.ts';
import type { Found, HoldReason, Watch } from '../model/watch.ts';

/** A key to look at, and what is to be walked after it: one of them at least. */
export interface PlannedKeyCheck {
  readonly key: Key | undefined;
  readonly below: PlannedWalk | undefined;
}

export interface PlannedWalk {
  readonly prefix: Prefix;
  /** Whatever the key proves to be; if it is a directory; if it is one whose content the look lost from sight. */
  readonly when: 'always' | 'directory' | 'returned';
}

/**
 * What a hint asks to be looked at, in order, as far as it is in the scope. A directory may be left out by its own name
 * while something below it is not: that is walked without it.
 *
 * @param isDeep whether a key that proves to be a directory may have lost sight of what is below it
 */
export function planKeyChecks(scope: Scope, hint: Hint, isDeep: boolean): readonly PlannedKeyCheck[] {
  const keys = hint.keys.map((key): PlannedKeyCheck => {
    const prefix = toPrefix(key);
    const hasBelow = scope.prefixes(prefix).length > 0;
    if (!scope.includes(key))
      return { key: undefined, below: hasBelow && hint.isDeep ? { prefix, when: 'always' } : undefined };
    // One that does not go as a whole is left, and what of it is in the scope goes by itself.
    const whole = scope.takesAllBelow(key) ? 'directory' : 'always';
    const when = isDeep || hint.isDeep ? whole : 'returned';
    return { key, below: hasBelow ? { prefix, when } : undefined };
  });
  const prefixes = hint.prefixes
    .filter((prefix) => scope.prefixes(prefix).length > 0)
    .map((prefix): PlannedKeyCheck => ({ key: undefined, below: { prefix, when: 'always' } }));
  return [...keys, ...prefixes].filter(({ key, below }) => key !== undefined || below !== undefined);
}

/** The look that a position belongs to; the first when there is none. */
export function indexOfPosition(looks: readonly PlannedKeyCheck[], from: WalkPosition | undefined): number {
  if (from === undefined) return 0;
  const at = looks.findIndex(({ below }) => below !== undefined && isWithin(from.prefix, below.prefix));
  return Math.max(0, at);
}

/** Where the walk of a look begins. */
export function walkStartOf({ below, key }: PlannedKeyCheck): WalkPosition | undefined {
  const prefix = below?.prefix ?? (key && toPrefix(key));
  return prefix && { prefix, source: undefined, backup: undefined };
}

function toPrefix(key: Key): Prefix {
  return { container: key.container, path: `${key.path}/` };
}

function isWithin(prefix: Prefix, wider: Prefix): boolean {
  return prefix.container === wider.container && prefix.path.startsWith(wider.path);
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
export interface PlannedRecheck {
  readonly delayMs: number;
  readonly watch: Watch;
  /** Why the key is known not to be in step, or not for long; undefined: it is. */
  readonly hold: HoldReason | undefined;
}

/** So often a key that is blocked is looked at before a full sync has surely passed, which then excepts it. */
const MOST_BLOCKED_RECHECKS = 2;

/** Whether the key is known to differ, so that it is excepted by name for as long as a look at it is to come. */
export function isHeld(verdict: Verdict): boolean {
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
