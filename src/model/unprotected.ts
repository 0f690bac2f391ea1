import { ERRORS, type ErrorCode, isLasting } from './errors.ts';
import type { Hint } from './hint.ts';
import { type ContainerName, type Key, type Prefix, keyText } from './key.ts';
import type { Scope } from './scope.ts';
import { SKIP_MEANING, type SkipReason, type Verdict } from './verdict.ts';

/** A key whose change was seen and is not in the backup. */
export interface Unprotected {
  /** Empty: it is not known which key it is, so it is only counted. */
  readonly container: ContainerName | '';
  /** A prefix where `below` says so; empty: the whole container. */
  readonly path: string;
  /** A `SkipReason`, the code of an error, or an `ExtraReason`. */
  readonly reason: string;
  /** Whatever is below the path as well, so that a check of the key alone does not clear it. */
  readonly below?: true;
}

/** Reasons that no check of a single key gives. */
export type ExtraReason =
  /** The old name of a rename whose new name is not mirrored: it is not deleted before. */
  | 'rename-incomplete'
  /** An event that this worker dropped, while another worker of the mirror has it in its scope. */
  | 'out-of-scope-here';

/** Reasons of full syncs for keys that stay on the backup by the settings. */
const INTENDED_OF_RUNS: ReadonlySet<string> = new Set(['container-not-mirrored']);

/** Whether a key with this reason is no exception from the recovery point. */
export function isIntended(reason: string): boolean {
  return (
    INTENDED_OF_RUNS.has(reason) ||
    (Object.hasOwn(SKIP_MEANING, reason) && SKIP_MEANING[reason as SkipReason] === 'intended')
  );
}

/** Errors of events that are about nothing which is mirrored. */
const NO_CHANGES: ReadonlySet<string> = new Set<ErrorCode>([
  'event-type-unknown',
  'event-of-other-account',
  'event-out-of-scope',
]);

/** Whether an event that fails for good with this code leaves its keys unprotected, also where it is ignored. */
export function isAboutChange(code: ErrorCode): boolean {
  return !NO_CHANGES.has(code);
}

/** Codes of dead letters that name no key, and whether they may have held events all the same. */
const LETTERS_WITHOUT_KEY: ReadonlyMap<string, boolean> = new Map<ErrorCode, boolean>([
  ['message-not-event', false],
  ['event-key-invalid', false],
  ['event-type-unknown', false],
  ['message-out-of-bounds', true],
]);

/** Whether a count without a container is of dead letters rather than of keys. No check of a key fails so. */
export function isOfLetters({
  container = '',
  reason,
}: {
  readonly container?: string;
  readonly reason: string;
}): boolean {
  return container === '' && LETTERS_WITHOUT_KEY.has(reason);
}

/** Whether such a dead letter may have named keys that nobody could read. */
export function mayHideKeys(reason: string): boolean {
  return LETTERS_WITHOUT_KEY.get(reason) ?? true;
}

/** Whether a reason says no more than that a check failed, as in an outage: what is known of the key stays true. */
export function isTransient(reason: string): boolean {
  return (
    Object.hasOwn(ERRORS, reason) && ERRORS[reason as ErrorCode].disposition === 'retry' && !isLasting(reason)
  );
}

/**
 * Why a check leaves its key unprotected; undefined: it does not.
 *
 * @param isWaitedFor a message rechecks the key and names it until then
 */
export function reasonLeft(verdict: Verdict, isWaitedFor = false): string | undefined {
  if (verdict.verdict === 'skipped') {
    const meaning = SKIP_MEANING[verdict.reason];
    const isLeft = meaning === 'waits' ? !isWaitedFor : meaning !== 'intended';
    return isLeft ? verdict.reason : undefined;
  }
  return 'access' in verdict ? 'access-not-permitted' : undefined;
}

/** Whether a check found the key in step or brought it there. */
export function isInStep(verdict: Verdict): boolean {
  switch (verdict.verdict) {
    case 'unfinished':
    // What is below it is not on the backup.
    case 'directory-returned':
      return false;
    default:
      return reasonLeft(verdict) === undefined;
  }
}

/**
 * What an event leaves unprotected that is not checked any more.
 *
 * @param scope what is not in it is not left. Undefined: everything is in it.
 */
export function leftByEvent(
  {
    account,
    keys,
    prefixes,
    rename,
    isDeep,
  }: Pick<Hint, 'keys' | 'prefixes' | 'rename' | 'isDeep'> & Partial<Pick<Hint, 'account'>>,
  reason: string,
  scope?: Scope,
): readonly Unprotected[] {
  if (scope !== undefined && account !== undefined && account !== scope.account) return [];
  const to = rename && keyText(rename.to);
  return [
    ...keys
      .filter((key) => scope === undefined || touches(scope, key))
      .map((key) => ({
        ...key,
        reason: to === undefined || keyText(key) === to ? reason : 'rename-incomplete',
        ...(isDeep && { below: true as const }),
      })),
    ...prefixes
      .filter((prefix) => scope === undefined || scope.prefixes(prefix).length > 0)
      .map((prefix: Prefix) => ({ ...prefix, reason, below: true as const })),
  ];
}

/** Whether a key, or something below it if it is a directory, is mirrored. */
export function touches(scope: Pick<Scope, 'includes' | 'prefixes'>, key: Key): boolean {
  return scope.includes(key) || scope.prefixes({ container: key.container, path: `${key.path}/` }).length > 0;
}
