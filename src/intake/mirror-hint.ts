import { SKIP_HINTS } from '../api/skip-hints.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import type { PendingRechecks } from './pending-rechecks.ts';
import { type NextCheck, type Recheck, type WatchRules, collectRechecks } from './rechecks.ts';
import { BlobmirrorError, gravestError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint, WalkPosition } from '../model/hint.ts';
import { type Key, type Prefix, type Rename, keyText } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import { type SkipReason, type Verdict, isDirectoryKept, isOfDirectory } from '../model/verdict.ts';
import { type Unprotected, isInStep, reasonLeft } from '../model/unprotected.ts';
import type { HeldKey, Watch } from '../model/watch.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import type { Logger } from '../telemetry/logger.ts';
import { recordChange } from '../telemetry/metrics.ts';

/** What `mirrorHint` needs. */
export interface HintContext {
  readonly scope: Scope;
  /** `since`: the time of the event. */
  readonly converge: (key: Key, since?: Date) => Promise<Verdict>;
  /** Repeats a rename on the backup if that brings it in step; otherwise does nothing. */
  readonly followRename: (rename: Rename) => Promise<'renamed' | 'not renamed'>;
  /**
   * Checks the keys below a prefix that differ, for as long as one message may take. Resolves to where the next message
   * continues; undefined when the prefix is done.
   */
  readonly walk: (
    prefix: Prefix,
    from: WalkPosition | undefined,
    check: (key: Key) => Promise<Verdict>,
  ) => Promise<WalkPosition | undefined>;
  /** Whether checks that have not begun are left to a later message. */
  readonly isPaused?: () => boolean;
  /** When keys that may change without an event are rechecked. Default: `WATCH_RULES`. */
  readonly watchRules?: WatchRules;
  /** Shared by the messages of a process. Without it each event of a key is followed by itself. */
  readonly pendingRechecks?: PendingRechecks;
  /** The keys on record that are not in the backup. */
  readonly unprotected?: UnprotectedKeys;
}

/** What earlier messages of the chain say. */
export interface EarlierTries {
  /** Where an earlier message stopped the walk. */
  readonly from: WalkPosition | undefined;
  /** An earlier write may have removed a directory, and something was created below it since. */
  readonly isDeep: boolean;
  readonly watch: Watch | undefined;
  /** Keys that the check before this one held. */
  readonly held: readonly HeldKey[] | undefined;
  /** The walk of a rename that continues met a key that keeps the old name from being deleted. */
  readonly isBlocked?: boolean;
  /** The message that the event first came in. */
  readonly root: string;
}

/** Collects what an event leaves unprotected. */
export type Leave = (left: Unprotected) => void;

/**
 * Checks the keys of a hint, and walks what is below them and below its prefixes. Resolves to the next check of the event
 * if there is one; checks that would begin too late are left to it. Keys outside the scope cost no request.
 *
 * The keys of a rename are checked in order, the new name first: nothing of the old name is deleted before everything is
 * mirrored under the new one. Other keys are readings of one name, so a failure of one does not stop the others.
 *
 * @param leave called for each key that is not in the backup afterwards, and for which no message waits
 * @throws BlobmirrorError `event-of-other-account`, `event-out-of-scope`, or the gravest error of a check
 */
export async function mirrorHint(
  mirroring: HintContext,
  log: Logger,
  hint: Hint,
  earlier: EarlierTries,
  leave: Leave = () => undefined,
): Promise<Recheck | undefined> {
  const { scope, converge, walk, isPaused = () => false, unprotected } = mirroring;
  const { from, isDeep } = earlier;
  if (hint.account !== undefined && hint.account !== scope.account) {
    throw new BlobmirrorError(
      'event-of-other-account',
      `the event is of ${hint.account}, not of ${scope.account}`,
    );
  }
  const checks = planKeyChecks(scope, hint, isDeep);
  if (checks.length === 0) {
    unprotected?.drop(hint.keys);
    throw new BlobmirrorError('event-out-of-scope', `${hint.keys.map(keyText).join(', ')} is not mirrored`);
  }

  const rechecks = collectRechecks(mirroring, hint, earlier);
  const errors: BlobmirrorError[] = [];
  const lastStart = performance.now() + TIME_BUDGETS.prelude;
  const first = indexOfPosition(checks, from);
  let rest: WalkPosition | undefined;

  if (from === undefined) await attempt(async () => await tryRename(mirroring, log, hint));
  for (const [i, planned] of checks.entries()) {
    if (rest !== undefined) break;
    if (hint.rename !== undefined && (errors.length > 0 || rechecks.hasUnfinishedKey())) break;
    // What an earlier message met below a name is no reason not to walk the rest of that name.
    if (hint.rename !== undefined && i > 0 && rechecks.hasDifferingKey(i > first ? undefined : 'now')) {
      for (const { key, below } of checks.slice(i))
        if (key !== undefined)
          leave({ ...key, reason: 'rename-incomplete', ...(below !== undefined && { below: true }) });
      break;
    }
    if (performance.now() > lastStart || (i > 0 && isPaused())) {
      rechecks.deferRest();
      rest = i > 0 ? walkStartOf(planned) : undefined;
      break;
    }
    await attempt(async () => await check(i, planned));
  }
  const error = gravestError(errors);
  if (error !== undefined) throw error;
  return rechecks.next(rest);

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      errors.push(toBlobmirrorError(thrown));
    }
  }

  async function check(i: number, { key, below }: PlannedKeyCheck): Promise<void> {
    let verdict: Verdict | undefined;
    const name = `${(key ?? below?.prefix)?.container}/${(key ?? below?.prefix)?.path}`;
    const known = unprotected?.named.get(name);
    if (key !== undefined) {
      const started = performance.now();
      // After earlier tries the time of the event says nothing: their writes may be newer.
      verdict = await converge(key, isDeep ? undefined : hint.eventTime);
      // The time of a change without an event is unknown.
      const lagMs = earlier.watch === undefined ? lagOf(hint) : undefined;
      const next = rechecks.add(key, verdict);
      const tookMs = Math.round(performance.now() - started);
      recordKeyCheck(log, hint, key, verdict, { tookMs, lagMs, next });
      const isWithWalk = below !== undefined && i >= first && isWalked(below, verdict);
      settle(key, verdict, next, { isOver: !isWithWalk, isDeep: hint.isDeep && !isWithWalk });
    }
    const isWithBelow = below !== undefined && isWalked(below, verdict);
    // What is renamed is in a tree: nothing is below what is no directory.
    if (
      hint.rename !== undefined &&
      verdict !== undefined &&
      !isOfDirectory(verdict) &&
      isInStep(verdict) &&
      known?.below
    )
      unprotected?.clear(name, known.mark);
    if (!isWithBelow || i < first) return;
    const standing = key !== undefined && verdict !== undefined && isDirectoryKept(verdict) ? [key] : [];
    const start = i === first ? from : undefined;
    rest = await walk(below.prefix, start, async (found) => {
      const seen = await converge(found);
      if (isDirectoryKept(seen)) standing.push(found);
      // Most keys that a walk finds are not what the event is about, so they have no lag.
      const next = rechecks.addBelow(found, seen);
      recordKeyCheck(log, hint, found, seen, { next });
      settle(found, seen, next);
      return seen;
    });
    // The source may have recreated the directory before its content was deleted here; check it once more.
    for (const directory of standing.toReversed())
      settle(directory, await converge(directory), undefined, { isOver: true });
    // What the walk left is on record by itself.
    if (known?.below === true && start === undefined && rest === undefined)
      unprotected?.clear(name, known.mark);
  }

  /**
   * Leaves a key if it is not in the backup.
   *
   * @param isOver whether a directory that was kept for its content is not checked again after that
   * @param isDeep whether the event stands for what is below the key, too, which was not walked
   */
  function settle(
    key: Key,
    verdict: Verdict,
    next: NextCheck,
    { isOver = false, isDeep: deep = false } = {},
  ): void {
    const reason = isDirectoryKept(verdict) && !isOver ? undefined : reasonLeft(verdict, next !== undefined);
    if (reason === undefined) return;
    const isOfDirectories = reason === 'backup-in-the-way' || hint.eventType.includes('Directory');
    leave({ ...key, reason, ...(deep && isOfDirectories && { below: true }) });
  }
}

/** A key to check, a prefix to walk after it, or both. */
interface PlannedKeyCheck {
  readonly key: Key | undefined;
  readonly below: PlannedWalk | undefined;
}

interface PlannedWalk {
  readonly prefix: Prefix;
  /** Always; if the key is a directory; if it is one whose content must be copied again. */
  readonly when: 'always' | 'directory' | 'returned';
}

/**
 * The checks of a hint, in order, as far as they are in the scope. A directory may be out of the scope while something
 * below it is not: then only what is below is walked.
 *
 * @param isDeep whether the content of a directory may have changed unnoticed, so that it must be walked
 */
function planKeyChecks(scope: Scope, hint: Hint, isDeep: boolean): readonly PlannedKeyCheck[] {
  const keys = hint.keys.map((key): PlannedKeyCheck => {
    const prefix = toPrefix(key);
    const hasBelow = scope.prefixes(prefix).length > 0;
    if (!scope.includes(key))
      return { key: undefined, below: hasBelow && hint.isDeep ? { prefix, when: 'always' } : undefined };
    // A directory that is only partly in the scope is not deleted as a whole: its keys are checked one by one.
    const whole = scope.takesAllBelow(key) ? 'directory' : 'always';
    const when = isDeep || hint.isDeep ? whole : 'returned';
    return { key, below: hasBelow ? { prefix, when } : undefined };
  });
  const prefixes = hint.prefixes
    .filter((prefix) => scope.prefixes(prefix).length > 0)
    .map((prefix): PlannedKeyCheck => ({ key: undefined, below: { prefix, when: 'always' } }));
  return [...keys, ...prefixes].filter(({ key, below }) => key !== undefined || below !== undefined);
}

/** The index of the check that a position is in; 0 if there is none. */
function indexOfPosition(checks: readonly PlannedKeyCheck[], from: WalkPosition | undefined): number {
  if (from === undefined) return 0;
  const at = checks.findIndex(({ below }) => below !== undefined && isWithin(from.prefix, below.prefix));
  return Math.max(0, at);
}

/** Where the walk of a check begins. */
function walkStartOf({ below, key }: PlannedKeyCheck): WalkPosition | undefined {
  const prefix = below?.prefix ?? (key && toPrefix(key));
  return prefix && { prefix, source: undefined, backup: undefined };
}

function toPrefix(key: Key): Prefix {
  return { container: key.container, path: `${key.path}/` };
}

function isWithin(prefix: Prefix, wider: Prefix): boolean {
  return prefix.container === wider.container && prefix.path.startsWith(wider.path);
}

function isWalked({ when }: PlannedWalk, verdict: Verdict | undefined): boolean {
  if (verdict === undefined || when === 'always') return true;
  if (isDirectoryKept(verdict)) return true;
  return when === 'directory' ? isOfDirectory(verdict) : verdict.verdict === 'directory-returned';
}

/** Only if everything is in the scope under both names; otherwise it is walked. */
async function tryRename({ scope, followRename }: HintContext, log: Logger, hint: Hint): Promise<void> {
  if (hint.rename === undefined) return;
  const { from, to } = hint.rename;
  if (![from, to].every((key) => scope.includes(key) && scope.isWhole(key))) return;
  if ((await followRename(hint.rename)) === 'renamed') recordRename(log, hint, hint.rename);
}

/** What the next check waits for, in words: no action is needed. */
const WAITS_FOR: Partial<Record<SkipReason, string>> = {
  'source-still-written': 'content at the source, or an hour without any',
  'source-copy-pending': 'the end of the copy onto the source',
};

/** Records the check of a key in the log and in the metrics. */
function recordKeyCheck(
  log: Logger,
  hint: Hint,
  key: Key,
  verdict: Verdict,
  times: {
    readonly tookMs?: number;
    readonly lagMs?: number | undefined;
    readonly next?: NextCheck;
  },
): void {
  const { next, ...measured } = times;
  const nextLookMs = typeof next === 'number' ? next : undefined;
  recordChange({
    likelySame: verdict.verdict === 'copied' && verdict.likelySame ? { path: key.path } : undefined,
    verdict: verdict.verdict,
    door: 'event',
    container: key.container,
    bytes: verdict.verdict === 'copied' ? verdict.bytes : undefined,
    lagMs: measured.lagMs,
  });
  const fields = {
    key: keyText(key),
    ...verdict,
    event: hint.eventType,
    eventId: hint.eventId,
    ...measured,
    nextLookMs,
  };
  if (verdict.verdict === 'in-sync') log.debug('already in sync', fields);
  else if (verdict.verdict === 'skipped') {
    const waitsFor = nextLookMs === undefined ? undefined : WAITS_FOR[verdict.reason];
    if (waitsFor === undefined) log.warn('not mirrored', { ...fields, hint: SKIP_HINTS[verdict.reason] });
    else log.info('not mirrored yet', { ...fields, waitsFor });
  } else if (verdict.verdict === 'unfinished') log.info('copy continues in another message', fields);
  else if ('access' in verdict) log.warn('mirrored without its access', fields);
  else log.info('mirrored', fields);
}

/** How long ago the change was, in milliseconds, by the clock of the service. */
function lagOf({ eventTime }: Pick<Hint, 'eventTime'>): number {
  return theServiceClock.now().getTime() - eventTime.getTime();
}

/** Records a rename on the backup. */
function recordRename(log: Logger, hint: Hint, { from, to }: Rename): void {
  const lagMs = lagOf(hint);
  recordChange({ verdict: 'renamed', door: 'event', container: to.container, lagMs });
  log.info('mirrored', {
    key: keyText(to),
    from: keyText(from),
    verdict: 'renamed',
    event: hint.eventType,
    eventId: hint.eventId,
    lagMs,
  });
}
