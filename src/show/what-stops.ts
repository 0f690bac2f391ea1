/**
 * What left a key that differs, as far as the mirror knows: a decision does not see a lease, a policy or a refusal until
 * it writes, so that what a check would do says nothing of how the last one ended.
 */
import type { KeyVerdict, ShownKey } from '../api/shown-key.ts';
import { reasonHintOf } from '../api/skip-hints.ts';
import type { Key } from '../model/key.ts';
import { isIntended, isTransient } from '../model/unprotected.ts';
import { SKIP_MEANING } from '../model/verdict.ts';

export type Mentions = Pick<ShownKey, 'waiting' | 'deadLetters' | 'lastFullSync' | 'unprotected'>;

export interface Stop {
  readonly reason: string;
  /** What names it. */
  readonly namedBy: 'record' | 'dead-letter' | 'full-sync';
  /** A check met it. False: for example, an event that was dropped or expired. */
  readonly isOfCheck: boolean;
}

/** The reason on record comes first; then that of a dead letter, and that of the last full sync. */
export function findStop({ unprotected, deadLetters, lastFullSync }: Mentions): Stop | undefined {
  const recorded =
    unprotected.isUnknown === true ? [] : unprotected.keys.filter((each) => isAbout(each.path, each.reason));
  // The nearest one: the key itself before what it is in.
  const [nearest] = recorded.toSorted((one, other) => other.path.length - one.path.length);
  if (nearest !== undefined) {
    const { reason, lastTry } = nearest;
    return { reason, namedBy: 'record', isOfCheck: lastTry !== null || Object.hasOwn(SKIP_MEANING, reason) };
  }
  const letter = deadLetters.isUnknown === true ? undefined : deadLetters.letters[0];
  if (letter !== undefined) return { reason: letter.code, namedBy: 'dead-letter', isOfCheck: false };
  const lines = lastFullSync.isUnknown === true ? [] : lastFullSync.lines;
  const [why] = lines
    .toSorted((one, other) => other.path.length - one.path.length)
    .flatMap(({ path, verdict, reason, code }) => {
      const left = verdict === 'skipped' ? reason : verdict === 'failed' ? code : undefined;
      return left !== undefined && !isIntended(left) && isAbout(path, left) ? [left] : [];
    });
  return why === undefined ? undefined : { reason: why, namedBy: 'full-sync', isOfCheck: true };

  /** The access of a root directory is its own, and says nothing of what is in the container. */
  function isAbout(path: string, reason: string): boolean {
    return path !== '' || reason !== 'access-not-permitted';
  }
}

/** Of a key that differs, why it still does where that is known, and what mends it. */
export function withNextStep(
  verdict: KeyVerdict,
  key: Key,
  mentions: Mentions,
  stop: Stop | undefined,
): KeyVerdict {
  if (verdict.state !== 'differs' || verdict.hint !== undefined) return verdict;
  if (stop === undefined) {
    const hint = nextStep(key, mentions, false);
    return hint === undefined ? verdict : { ...verdict, hint };
  }
  const { reason } = stop;
  // An outage passes by itself, and then a check repairs the key. Anything else stops the next check as well.
  const known = reasonHintOf(reason, [key.container]);
  const isTriedAgain = isTransient(reason) || known === '' || isWaiting(mentions);
  const hints = [known, isTriedAgain ? nextStep(key, mentions, true) : undefined];
  const text = hints.filter(Boolean).join(' ');
  return {
    ...verdict,
    detail: `${verdict.detail}; ${inWords(stop)}`,
    reason,
    ...(text !== '' && { hint: text }),
  };
}

function inWords({ reason, namedBy, isOfCheck }: Stop): string {
  if (namedBy === 'dead-letter') return `a dead letter names it: ${reason}`;
  if (namedBy === 'full-sync') return `the last full sync left it: ${reason}`;
  return isOfCheck ? `the last check was stopped: ${reason}` : `it is on record: ${reason}`;
}

function isWaiting({ waiting }: Mentions): boolean {
  return waiting.isUnknown !== true && waiting.count > 0;
}

/** A message that waits, or a full sync. Undefined: whether a message waits is not known. */
function nextStep({ container, path }: Key, mentions: Mentions, isStopKnown: boolean): string | undefined {
  const { waiting, unprotected, deadLetters, lastFullSync } = mentions;
  if (waiting.isUnknown === true) return undefined;
  if (waiting.count > 0) return 'A message that waits in the queue has it checked.';
  if (!waiting.isComplete) return undefined;
  const command = `blobmirror reconcile --container ${container} --prefix ${JSON.stringify(path)}`;
  const isAllRead = [unprotected, deadLetters, lastFullSync].every(
    (part) => part.isUnknown !== true && part.isComplete,
  );
  if (isStopKnown || isAllRead) return `Nothing waits for it. A full sync repairs it: ${command}`;
  return `Nothing waits for it. Whether something stopped the last check is not known. A full sync tries it: ${command}`;
}
