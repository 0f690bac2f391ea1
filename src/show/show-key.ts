/**
 * One key, as both accounts, the queue, the dead letters and the last full sync know it, and what a check would do now.
 * It decides by the rules of the mirror core and compares as `verify` does, but writes nothing. Everything is asked at
 * once, each with a deadline: what does not answer in time is told as unknown, and the rest all the same.
 */
import type { DeadLetter } from '../api/dead-letter.ts';
import type { KeyVerdict, NotKnown, ShownKey, ShownPart, ShownSide } from '../api/shown-key.ts';
import type { UnprotectedKey } from '../api/unprotected.ts';
import { within } from '../concurrency/deadline.ts';
import { decide } from '../mirror/decide.ts';
import type { Policy } from '../mirror/policy.ts';
import { BlobmirrorError, ERRORS, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { ContainerName, Key } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import type { AccountInspector } from '../ports/account-inspector.ts';
import type { QueueBrowser } from '../ports/dead-letter-queue.ts';
import { compareKey } from '../verify/compare-key.ts';
import { type RunReports, findDeadLetters, findLastFullSync, findWaiting } from './find-mentions.ts';
import { judgeKey, toKeyDecision } from './judge-key.ts';
import { type KnownSide, readSide, toShownSide } from './read-side.ts';
import { type Mentions, findStop, withNextStep } from './what-stops.ts';

export interface ShowParts {
  readonly source: AccountInspector;
  /** With its containers under their source names. */
  readonly backup: AccountInspector;
  readonly scope: Scope;
  readonly policy: Policy;
  readonly isHierarchical: () => Promise<boolean>;
  readonly events: QueueBrowser;
  readonly listDeadLetters: () => AsyncIterable<DeadLetter>;
  readonly runs: RunReports;
  readonly findRecorded: (
    key: Key,
  ) => Promise<{ readonly keys: readonly UnprotectedKey[]; readonly isComplete: boolean }>;
  readonly now: () => Date;
  /** How long each answer is waited for, in milliseconds. */
  readonly answerWithinMs?: number;
}

/** Longer than the bounds of a search. */
const ANSWER_WITHIN_MS = 8000;

/** Never rejects because something is out of reach. */
export async function showKey(parts: ShowParts, key: Key): Promise<ShownKey> {
  const { source, backup, scope, policy, answerWithinMs = ANSWER_WITHIN_MS } = parts;
  const withTags = policy.tags === 'mirror';
  const asked = async <Known>(what: string, call: () => Promise<Known>) =>
    await ask(answerWithinMs, what, call);
  const [onSource, onBackup, isHierarchical, waiting, deadLetters, lastFullSync, unprotected] =
    await Promise.all([
      asked(source.account, async () => await readSide(source, key, withTags)),
      asked(backup.account, async () => await readSide(backup, key, withTags)),
      asked('an account', parts.isHierarchical),
      asked('the events queue', async () => await findWaiting(parts.events, key)),
      asked('the dead-letter queues', async () => await findDeadLetters(parts.listDeadLetters(), key)),
      asked("the mirror's state", async () => await findLastFullSync(parts.runs, key)),
      asked("the mirror's state", async () => await parts.findRecorded(key)),
    ]);
  const exclusion = scope.exclusionOf(key);
  const judged = await judge(parts, key, { onSource, onBackup, isHierarchical, exclusion });
  const mentions: Mentions = {
    waiting: toPart(waiting),
    deadLetters: toPart(deadLetters),
    lastFullSync: toPart(lastFullSync),
    unprotected: toPart(unprotected),
  };
  const { verdict, decision } = judged;
  const stop = verdict.state === 'differs' ? findStop(mentions) : undefined;
  const isStopped = decision !== null && decision.reason === undefined && stop?.isOfCheck === true;
  return {
    at: parts.now().toISOString(),
    ...key,
    ...judged,
    verdict: withNextStep(verdict, key, mentions, stop),
    decision: isStopped ? { ...decision, stoppedBy: stop.reason } : decision,
    scope: {
      isMirrored: exclusion === undefined,
      ...(exclusion !== undefined && { exclusion }),
      backupContainer: nameOnBackup(scope, key.container),
    },
    source: toSide(source.account, onSource),
    backup: toSide(backup.account, onBackup),
    ...mentions,
  };
}

type Asked<Known> = { readonly known: Known } | { readonly failure: NotKnown };

async function ask<Known>(ms: number, what: string, call: () => Promise<Known>): Promise<Asked<Known>> {
  const late = (): BlobmirrorError =>
    new BlobmirrorError('storage-unavailable', `${what} did not answer within ${ms / 1000} s`);
  try {
    return { known: await within(ms, call(), late) };
  } catch (thrown) {
    const { code, message } = toBlobmirrorError(thrown);
    const detail = code === 'unexpected' ? 'an unexpected error' : message;
    return { failure: { isUnknown: true, code, detail } };
  }
}

interface Sides {
  readonly onSource: Asked<KnownSide>;
  readonly onBackup: Asked<KnownSide>;
  readonly isHierarchical: Asked<boolean>;
  readonly exclusion: string | undefined;
}

type Judged = Pick<ShownKey, 'verdict' | 'decision' | 'differences'>;

async function judge(
  { source, backup, scope, policy }: ShowParts,
  key: Key,
  { onSource, onBackup, isHierarchical, exclusion }: Sides,
): Promise<Judged> {
  const excluded: KeyVerdict | undefined =
    exclusion === undefined ? undefined : { state: 'not-mirrored', detail: exclusion };
  const unknown = [onSource, onBackup, isHierarchical].flatMap((each) =>
    'failure' in each ? [each.failure] : [],
  );
  const [first] = unknown;
  if (
    first !== undefined ||
    !('known' in onSource) ||
    !('known' in onBackup) ||
    !('known' in isHierarchical)
  ) {
    const { code, detail } = first ?? { code: 'unexpected', detail: 'a side is not known' };
    const state = code === UNNAMED ? 'differs' : 'unknown';
    const hint = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].hint : undefined;
    const verdict = { state, detail, reason: code, ...(hint !== undefined && { hint }) } as const;
    return { verdict: excluded ?? verdict, decision: null, differences: null };
  }
  const sides = { source: onSource.known.view, backup: onBackup.known.view };
  const accounts = { source: source.account, backup: backup.account, isTree: isHierarchical.known };
  const decision = decide(accounts, onSource.known.reading, onBackup.known.reading, policy);
  const comparison = await compareKey(
    {
      source,
      backup,
      scope,
      policy,
      containers: undefined,
      prefix: '',
      content: 'md5',
      settleMs: 0,
      found: () => undefined,
      stillMoving: () => undefined,
    },
    key,
    sides,
  );
  const isAbsent = sides.source === undefined && sides.backup === undefined;
  return {
    verdict: excluded ?? judgeKey({ container: key.container, isAbsent, decision, comparison }),
    decision: toKeyDecision(decision),
    differences: comparison.kind === 'differs' ? comparison.differences : [],
  };
}

/** Its container has no name on the backup. */
const UNNAMED: ErrorCode = 'container-not-mappable';

function nameOnBackup(scope: Scope, container: ContainerName): string | null {
  try {
    return scope.toBackup(container);
  } catch {
    return null;
  }
}

function toPart<Known extends object>(asked: Asked<Known>): ShownPart<Known> {
  return 'known' in asked ? asked.known : asked.failure;
}

function toSide(account: string, asked: Asked<KnownSide>): ShownSide {
  return 'known' in asked ? { account, ...toShownSide(asked.known.reading) } : { account, ...asked.failure };
}
