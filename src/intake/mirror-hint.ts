import { LONGEST_PRELUDE_MS } from '../mirror/longest-prelude.ts';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import { gravestError } from '../model/gravest-error.ts';
import type { Hint } from '../model/hint.ts';
import { type Key, keyText } from '../model/key.ts';
import type { Prefix } from '../model/prefix.ts';
import type { Rename } from '../model/rename.ts';
import type { Scope } from '../model/scope.ts';
import { isLeftStanding, isOfDirectory, type Verdict } from '../model/verdict.ts';
import type { WalkPosition } from '../model/walk-position.ts';
import type { HeldKey, Watch } from '../model/watch.ts';
import type { Logger } from '../telemetry/logger.ts';
import { collectLooks } from './collect-looks.ts';
import type { NextLook } from './look-again.ts';
import type { LooksToCome } from './looks-to-come.ts';
import type { WatchRules } from './plan-next-look.ts';
import { type Below, lookOf, type PlannedLook, planLooks, startOf } from './plan-looks.ts';
import { lagOf, reportLook, reportRename } from './report.ts';

/** What a hint is mirrored with. */
export interface Mirroring {
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
  readonly looksToCome?: LooksToCome;
}

/** What earlier tries say of a hint. */
export interface Earlier {
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
  mirroring: Mirroring,
  log: Logger,
  hint: Hint,
  earlier: Earlier,
): Promise<NextLook | undefined> {
  const { scope, converge, walk, isPaused = () => false } = mirroring;
  const { from, isDeep } = earlier;
  if (hint.account !== undefined && hint.account !== scope.account) {
    throw new BlobmirrorError(
      'event-of-other-account',
      `the event is of ${hint.account}, not of ${scope.account}`,
    );
  }
  const looks = planLooks(scope, hint, isDeep);
  if (looks.length === 0) {
    throw new BlobmirrorError('event-out-of-scope', `${hint.keys.map(keyText).join(', ')} is not mirrored`);
  }

  const later = collectLooks(mirroring, hint, earlier);
  const errors: BlobmirrorError[] = [];
  const lastStart = performance.now() + LONGEST_PRELUDE_MS;
  const first = lookOf(looks, from);
  let rest: WalkPosition | undefined;

  if (from === undefined) await attempt(async () => await rename(mirroring, log, hint));
  for (const [i, planned] of looks.entries()) {
    if (rest !== undefined || (hint.rename !== undefined && (errors.length > 0 || later.isAnyLeft()))) break;
    if (performance.now() > lastStart || (i > 0 && isPaused())) {
      later.leaveRest();
      rest = i > 0 ? startOf(planned) : undefined;
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

  async function look(i: number, { key, below }: PlannedLook): Promise<void> {
    let verdict: Verdict | undefined;
    if (key !== undefined) {
      const started = performance.now();
      // What an earlier try wrote may be newer than a reading that is newer than the event.
      verdict = await converge(key, isDeep ? undefined : hint.eventTime);
      // What has changed without an event did so at a time that nobody knows.
      const lagMs = earlier.watch === undefined ? lagOf(hint) : undefined;
      const nextLookMs = later.add(key, verdict);
      const tookMs = Math.round(performance.now() - started);
      reportLook(log, hint, key, verdict, { tookMs, lagMs, nextLookMs });
    }
    if (below === undefined || i < first || !isWalked(below, verdict)) return;
    const standing = key !== undefined && verdict !== undefined && isLeftStanding(verdict) ? [key] : [];
    rest = await walk(below.prefix, i === first ? from : undefined, async (found) => {
      const seen = await converge(found);
      if (isLeftStanding(seen)) standing.push(found);
      // Most of what a walk comes upon is not what the event was about, so there is no lag to tell.
      reportLook(log, hint, found, seen, { nextLookMs: later.addBelow(found, seen) });
      return seen;
    });
    // The source may have had one again before what was in it went, and what then came into it found it there, as it was.
    for (const directory of standing.toReversed()) await converge(directory);
  }
}

function isWalked({ when }: Below, verdict: Verdict | undefined): boolean {
  if (verdict === undefined || when === 'always') return true;
  if (isLeftStanding(verdict)) return true;
  return when === 'directory' ? isOfDirectory(verdict) : verdict.verdict === 'directory-returned';
}

/** Only where the settings take in all of it, under both names: else it is walked. */
async function rename({ scope, followRename }: Mirroring, log: Logger, hint: Hint): Promise<void> {
  if (hint.rename === undefined) return;
  const { from, to } = hint.rename;
  if (![from, to].every((key) => scope.includes(key) && scope.isWhole(key))) return;
  if ((await followRename(hint.rename)) === 'renamed') reportRename(log, hint, hint.rename);
}
