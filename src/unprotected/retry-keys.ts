import { forEachLimited } from '../concurrency/limiter.ts';
import { type SteadyClock, systemSteadyClock } from '../clock/service-clock.ts';
import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { toBlobmirrorError } from '../model/errors.ts';
import { type Key, keyText, parseKey } from '../model/key.ts';
import { isInStep, reasonLeft } from '../model/unprotected.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Logger } from '../telemetry/logger.ts';
import { recordChange } from '../telemetry/metrics.ts';
import { type LedgerDocument, type LedgerDraft, type NamedKey, nameOf } from './ledger-document.ts';
import type { Ledger } from './ledger.ts';

export interface RetryParts {
  readonly ledger: Pick<Ledger, 'change'>;
  readonly converge: (key: Key) => Promise<Verdict>;
  /** Whether a key is in the scope. */
  readonly includes: (key: Key) => boolean;
  readonly isPaused: () => boolean;
  readonly now: () => Date;
  readonly log: Logger;
  readonly clock?: SteadyClock;
}

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Of one minute: 200 requests, where nothing has changed. With a thousand names at an hour each, 17 are due. */
const MAX_KEYS = 100;
const CONCURRENCY = 8;

/**
 * Checks the named keys that are due, after growing pauses: when a lease ends, for example, no event says so. What is in
 * step is cleared, which also heals a record that is too old. Begins no check after half a minute, and none in a pause.
 */
export async function retryKeys(
  { ledger, converge, includes, isPaused, now, log, clock = systemSteadyClock }: RetryParts,
  { keys }: Pick<LedgerDocument, 'keys'>,
): Promise<void> {
  const due = keys
    .filter((named) => dueAt(named) <= now().getTime())
    .flatMap((named) => toTask(named, includes))
    .toSorted((one, other) => dueAt(one.named) - dueAt(other.named))
    .slice(0, MAX_KEYS);
  const changes: ((draft: LedgerDraft) => void)[] = [];
  const lastStart = clock.now() + TIME_BUDGETS.prelude;
  const isOver = (): boolean => isPaused() || clock.now() > lastStart;

  await forEachLimited(due, CONCURRENCY, async ({ key, named }) => {
    if (isOver()) return;
    changes.push(await retry(key, named));
  });
  if (changes.length === 0) return;
  await ledger.change((draft) => {
    for (const change of changes) change(draft);
  });

  async function retry(key: Key, named: NamedKey): Promise<(draft: LedgerDraft) => void> {
    const { mark, since, reason, tries } = named;
    const name = nameOf(named);
    try {
      const verdict = await converge(key);
      recordChange({
        verdict: verdict.verdict,
        door: 'retry',
        container: key.container,
        bytes: verdict.verdict === 'copied' ? verdict.bytes : undefined,
        likelySame: undefined,
      });
      if (isInStep(verdict)) {
        log.info('a key that was not protected is in step', {
          key: keyText(key),
          ...verdict,
          since,
          was: reason,
        });
        return (draft) => draft.clear(name, mark);
      }
      log.debug('a key is still not protected', { key: keyText(key), ...verdict, since });
      return (draft) =>
        draft.tried(name, mark, {
          reason: reasonLeft(verdict),
          // A long copy goes on with the next retry.
          tries: verdict.verdict === 'unfinished' ? 0 : tries + 1,
          ...(verdict.verdict === 'directory-returned' && { below: true }),
        });
    } catch (thrown) {
      const { code, message } = toBlobmirrorError(thrown);
      log.debug('a key is still not protected', { key: keyText(key), code, detail: message, since });
      return (draft) => draft.tried(name, mark, { reason: code, tries: tries + 1 });
    }
  }
}

function dueAt({ seenAt, lastTry = seenAt, tries }: NamedKey): number {
  return Date.parse(lastTry) + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10));
}

interface Task {
  readonly key: Key;
  readonly named: NamedKey;
}

/**
 * None if a check of the key alone could not clear it, or must not be made: the old name of a rename would be deleted
 * before its new name is mirrored. Names in the document are not trusted.
 */
function toTask(named: NamedKey, includes: RetryParts['includes']): readonly Task[] {
  if (named.below === true || named.reason === 'rename-incomplete') return [];
  try {
    const key = parseKey(named.container, named.path);
    return includes(key) ? [{ key, named }] : [];
  } catch {
    return [];
  }
}
