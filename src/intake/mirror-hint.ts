import { LONGEST_PRELUDE_MS } from '../mirror/longest-prelude.js';
import { BlobmirrorError, toBlobmirrorError } from '../model/errors.js';
import { gravestError } from '../model/gravest-error.js';
import type { Hint } from '../model/hint.js';
import { type Key, keyText } from '../model/key.js';
import type { Prefix } from '../model/prefix.js';
import type { Rename } from '../model/rename.js';
import type { Scope } from '../model/scope.js';
import type { Verdict } from '../model/verdict.js';
import type { WalkPosition } from '../model/walk-position.js';
import type { Logger } from '../telemetry/logger.js';
import { lookAgainAfter, type NextLook } from './look-again.js';

/** What a hint is mirrored with. */
export interface Mirroring {
  readonly scope: Scope;
  /** `since`: the time of the event that asks for the look. */
  readonly converge: (key: Key, since?: Date) => Promise<Verdict>;
  /** Does on the backup what was done at the source, where one rename brings it in step; else nothing. */
  readonly followRename: (rename: Rename) => Promise<'renamed' | 'not renamed'>;
  /**
   * Looks at what is out of step beneath the prefixes, for as long as one message may take. Resolves to where the next
   * message goes on, if it is to.
   */
  readonly walk: (
    prefixes: readonly Prefix[],
    from: WalkPosition | undefined,
    look: (key: Key) => Promise<Verdict>,
  ) => Promise<WalkPosition | undefined>;
}

/**
 * Converges the keys of a hint and walks its prefixes, each whatever becomes of the others. Resolves to the look that the
 * event deserves after this one, if it does: what would begin too late is left to it. What is outside the scope costs no
 * request.
 *
 * @param from where an earlier message left the walk
 * @throws BlobmirrorError `event-of-other-account`, `event-out-of-scope`, or the gravest that a look failed with
 */
export async function mirrorHint(
  { scope, converge, walk }: Mirroring,
  log: Logger,
  hint: Hint,
  from: WalkPosition | undefined,
): Promise<NextLook | undefined> {
  if (hint.account !== undefined && hint.account !== scope.account) {
    throw new BlobmirrorError(
      'event-of-other-account',
      `the event is of ${hint.account}, not of ${scope.account}`,
    );
  }
  const keys = hint.keys.filter((key) => scope.includes(key));
  const prefixes = hint.prefixes.filter((prefix) => scope.prefixes(prefix).length > 0);
  if (keys.length === 0 && prefixes.length === 0) {
    throw new BlobmirrorError('event-out-of-scope', `${hint.keys.map(keyText).join(', ')} is not mirrored`);
  }

  const delays: number[] = [];
  const errors: BlobmirrorError[] = [];
  const lastStart = performance.now() + LONGEST_PRELUDE_MS;

  async function attempt(work: () => Promise<void>): Promise<void> {
    if (performance.now() > lastStart) {
      delays.push(0);
      return;
    }
    try {
      await work();
    } catch (thrown) {
      // A key may be a wrong guess at a name, and what it fails with is no reason to leave the right one alone.
      errors.push(toBlobmirrorError(thrown));
    }
  }

  for (const key of keys) {
    await attempt(async () => {
      const started = performance.now();
      const verdict = await converge(key);
      const lagMs = Date.now() - hint.eventTime.getTime();
      report(log, hint, key, verdict, { tookMs: Math.round(performance.now() - started), lagMs });
      const delayMs = lookAgainAfter(hint, verdict);
      if (delayMs !== undefined) delays.push(delayMs);
    });
  }
  let rest = prefixes.length > 0 ? from : undefined;
  if (prefixes.length > 0) {
    await attempt(async () => {
      rest = await walk(prefixes, from, async (key) => {
        const verdict = await converge(key);
        // Most of what a walk comes upon is not what the event was about, so there is no lag to tell.
        report(log, hint, key, verdict, {});
        const delayMs = verdict.verdict === 'unfinished' ? lookAgainAfter(hint, verdict) : undefined;
        if (delayMs !== undefined) delays.push(delayMs);
        return verdict;
      });
    });
  }
  const error = gravestError(errors);
  if (error !== undefined) throw error;
  if (rest === undefined && delays.length === 0) return undefined;
  return { delayMs: delays.length === 0 ? 0 : Math.min(...delays), walk: rest };
}

function report(
  log: Logger,
  hint: Hint,
  key: Key,
  verdict: Verdict,
  times: { readonly tookMs?: number; readonly lagMs?: number },
): void {
  const fields = {
    key: keyText(key),
    ...verdict,
    event: hint.eventType,
    eventId: hint.eventId,
    ...times,
  };
  if (verdict.verdict === 'in-sync') log.debug('already in sync', fields);
  else if (verdict.verdict === 'skipped') log.warn('not mirrored', fields);
  else if (verdict.verdict === 'unfinished') log.info('copy goes on in another message', fields);
  else log.info('mirrored', fields);
}
