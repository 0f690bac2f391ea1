import { SKIP_HINTS } from '../api/skip-hints.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import { LONGEST_PRELUDE_MS } from '../concurrency/time-budget.ts';
import type { PendingRechecks } from './pending-rechecks.ts';
import { type Recheck, type WatchRules, collectRechecks } from './rechecks.ts';
import { BlobmirrorError, gravestError, toBlobmirrorError } from '../model/errors.ts';
import type { Hint, WalkPosition } from '../model/hint.ts';
import { type Key, type Prefix, type Rename, keyText } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import { type SkipReason, type Verdict, isDirectoryKept, isOfDirectory } from '../model/verdict.ts';
import type { HeldKey, Watch } from '../model/watch.ts';
import type { Logger } from '../telemetry/logger.ts';
import { recordChange } from '../telemetry/metrics.ts';

/** What a hint is mirrored with. */
export interface HintContext {
  readonly scope: Scope;
  /** `since`: the time of the event that asks for the look. */
  readonly converge: (key: Key, since?: Date) => Promise<Verdict>;
  /** Does on the backup what was done at the source, where one rename brings it in step; else nothing. */
  readonly followRename: (rename: Rename) => Promise<'renamed' | 'not renamed'>;
  /**
   * Looks at what is out of step beneath a prefix, for as long as one message may take. Resolves to where the next
   * message goes on, if it is to.
   */
  readonly walk: (
    prefix: Prefix,
    from: WalkPosition | undefined,
    look: (key: Key) => Promise<Verdict>,
  ) => Promise<WalkPosition | undefined>;
  /** Whether what has not begun should be left to a later message. */
  readonly isPaused?: () => boolean;
  /** When keys that may change without an event are looked at again; else by default. */
  readonly watchRules?: WatchRules;
  /** What this process knows of them; else each event of a key is followed by itself. */
  readonly pendingRechecks?: PendingRechecks;
}

/** What earlier tries say of a hint. */
export interface EarlierTries {
  /** Where an earlier message left the walk. */
  readonly from: WalkPosition | undefined;
  /** A write of theirs may have taken a directory away, and something was put below it since. */
  readonly isDeep: boolean;
  readonly watch: Watch | undefined;
  /** Keys that the look before this one left. */
  readonly held: readonly HeldKey[] | undefined;
  /** The message that the event first came in. */
  readonly root: string;
}

/**
 * Looks at the keys of a hint and walks what is below them and its prefixes. Resolves to the look that the event deserves
 * after this one, if it does: what would begin too late is left to it. What is outside the scope costs no request.
 *
 * The keys of a rename are looked at in order, the new name first: nothing of the old one goes before all of it is under
 * the new one: where something of it cannot be mirrored, the old one is left. Other keys are readings of one name, and what one fails with is no reason to leave the right one alone.
 *
 * @throws BlobmirrorError `event-of-other-account`, `event-out-of-scope`, or the gravest that a look failed with
 */
export async function mirrorHint(
  mirroring: HintContext,
  log: Logger,
  hint: Hint,
  earlier: EarlierTries,
): Promise<Recheck | undefined> {
  const { scope, converge, walk, isPaused = () => false } = mirroring;
  const { from, isDeep } = earlier;
  if (hint.account !== undefined && hint.account !== scope.account) {
    throw new BlobmirrorError(
      'event-of-other-account',
      `the event is of ${hint.account}, not of ${scope.account}`,
    );
  }
  const looks = planKeyChecks(scope, hint, isDeep);
  if (looks.length === 0) {
    throw new BlobmirrorError('event-out-of-scope', `${hint.keys.map(keyText).join(', ')} is not mirrored`);
  }

  const later = collectRechecks(mirroring, hint, earlier);
  const errors: BlobmirrorError[] = [];
  const lastStart = performance.now() + LONGEST_PRELUDE_MS;
  const first = indexOfPosition(looks, from);
  let rest: WalkPosition | undefined;

  if (from === undefined) await attempt(async () => await tryRename(mirroring, log, hint));
  for (const [i, planned] of looks.entries()) {
    if (rest !== undefined || (hint.rename !== undefined && (errors.length > 0 || later.hasDifferingKey())))
      break;
    if (performance.now() > lastStart || (i > 0 && isPaused())) {
      later.deferRest();
      rest = i > 0 ? walkStartOf(planned) : undefined;
      break;
    }
    await attempt(async () => await look(i, planned));
  }
  const error = gravestError(errors);
  if (error !== undefined) throw error;
  return later.next(rest);

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      errors.push(toBlobmirrorError(thrown));
    }
  }

  async function look(i: number, { key, below }: PlannedKeyCheck): Promise<void> {
    let verdict: Verdict | undefined;
    if (key !== undefined) {
      const started = performance.now();
      // What an earlier try wrote may be newer than a reading that is newer than the event.
      verdict = await converge(key, isDeep ? undefined : hint.eventTime);
      // What has changed without an event did so at a time that nobody knows.
      const lagMs = earlier.watch === undefined ? lagOf(hint) : undefined;
      const nextLookMs = later.add(key, verdict);
      const tookMs = Math.round(performance.now() - started);
      recordKeyCheck(log, hint, key, verdict, { tookMs, lagMs, nextLookMs });
    }
    if (below === undefined || i < first || !isWalked(below, verdict)) return;
    const standing = key !== undefined && verdict !== undefined && isDirectoryKept(verdict) ? [key] : [];
    rest = await walk(below.prefix, i === first ? from : undefined, async (found) => {
      const seen = await converge(found);
      if (isDirectoryKept(seen)) standing.push(found);
      // Most of what a walk comes upon is not what the event was about, so there is no lag to tell.
      recordKeyCheck(log, hint, found, seen, { nextLookMs: later.addBelow(found, seen) });
      return seen;
    });
    // The source may have had one again before what was in it went, and what then came into it found it there, as it was.
    for (const directory of standing.toReversed()) await converge(directory);
  }
}

/** A key to look at, and what is to be walked after it: one of them at least. */
interface PlannedKeyCheck {
  readonly key: Key | undefined;
  readonly below: PlannedWalk | undefined;
}

interface PlannedWalk {
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
function planKeyChecks(scope: Scope, hint: Hint, isDeep: boolean): readonly PlannedKeyCheck[] {
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
function indexOfPosition(looks: readonly PlannedKeyCheck[], from: WalkPosition | undefined): number {
  if (from === undefined) return 0;
  const at = looks.findIndex(({ below }) => below !== undefined && isWithin(from.prefix, below.prefix));
  return Math.max(0, at);
}

/** Where the walk of a look begins. */
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

/** Only where the settings take in all of it, under both names: else it is walked. */
async function tryRename({ scope, followRename }: HintContext, log: Logger, hint: Hint): Promise<void> {
  if (hint.rename === undefined) return;
  const { from, to } = hint.rename;
  if (![from, to].every((key) => scope.includes(key) && scope.isWhole(key))) return;
  if ((await followRename(hint.rename)) === 'renamed') recordRename(log, hint, hint.rename);
}

/** What the next look is to find: nobody has to do anything. */
const WAITS_FOR: Partial<Record<SkipReason, string>> = {
  'source-still-written': 'content at the source, or an hour without any',
  'source-copy-pending': 'the end of the copy onto the source',
};

/** Tells of one look at a key: in the log, in the metrics. */
function recordKeyCheck(
  log: Logger,
  hint: Hint,
  key: Key,
  verdict: Verdict,
  times: {
    readonly tookMs?: number;
    readonly lagMs?: number | undefined;
    /** Until the key is looked at again; undefined: it is not. */
    readonly nextLookMs?: number | undefined;
  },
): void {
  recordChange({
    likelySame: verdict.verdict === 'copied' && verdict.likelySame ? { path: key.path } : undefined,
    verdict: verdict.verdict,
    door: 'event',
    container: key.container,
    bytes: verdict.verdict === 'copied' ? verdict.bytes : undefined,
    lagMs: times.lagMs,
  });
  const fields = {
    key: keyText(key),
    ...verdict,
    event: hint.eventType,
    eventId: hint.eventId,
    ...times,
  };
  if (verdict.verdict === 'in-sync') log.debug('already in sync', fields);
  else if (verdict.verdict === 'skipped') {
    const waitsFor = times.nextLookMs === undefined ? undefined : WAITS_FOR[verdict.reason];
    if (waitsFor === undefined) log.warn('not mirrored', { ...fields, hint: SKIP_HINTS[verdict.reason] });
    else log.info('not mirrored yet', { ...fields, waitsFor });
  } else if (verdict.verdict === 'unfinished') log.info('copy goes on in another message', fields);
  else if ('access' in verdict) log.warn('mirrored without its access', fields);
  else log.info('mirrored', fields);
}

/** How long ago the change was, in milliseconds, by the clocks of the services. */
function lagOf({ eventTime }: Pick<Hint, 'eventTime'>): number {
  return theServiceClock.now().getTime() - eventTime.getTime();
}

/** A file or a directory was renamed on the backup. */
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
