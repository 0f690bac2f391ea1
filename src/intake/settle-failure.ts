import { theServiceClock } from '../clock/observed-clock.ts';
import { backoffMs } from '../concurrency/backoff.ts';
import type { ReceivedHistory } from './incoming-message.ts';
import { type EventPart, chainMessage } from './message-chain.ts';
import { parseMessage } from '../events/parse-message.ts';
import { BlobmirrorError, type ErrorCode, isLasting, toBlobmirrorError } from '../model/errors.ts';
import type { HintMessage, History } from '../model/hint-message.ts';
import type { Scope } from '../model/scope.ts';
import { writeJson } from '../model/write-json.ts';
import type { PauseGate } from '../ports/account-decorators.ts';
import type { HintQueue } from '../ports/work-queues.ts';
import { type Unprotected, isAboutChange, leftByEvent } from '../model/unprotected.ts';
import type { UnprotectedKeys } from '../ports/unprotected-keys.ts';
import type { LogFields, Logger } from '../telemetry/logger.ts';
import { recordIgnored, recordParked, recordRetry } from '../telemetry/metrics.ts';
import { tellFailure } from '../telemetry/spans.ts';

/** An event that could not be mirrored or read. */
export interface Failure {
  readonly event: unknown;
  readonly error: BlobmirrorError;
  readonly part: EventPart;
  /** Log fields that describe the event. */
  readonly about: LogFields;
  /** The keys that it leaves unprotected if it is not tried again. Undefined: it names none. */
  readonly left?: readonly Unprotected[];
}

/** What becomes of an event that failed. */
export interface Settlement {
  readonly failure: Failure;
  readonly outcome: 'ignored' | 'retried' | 'dead-lettered';
}

/** An event whose checks did not fail. */
export interface CheckedEvent {
  /** The keys that are not in the backup. */
  readonly left: readonly Unprotected[];
  readonly fail: (error: BlobmirrorError) => Failure;
}

interface SettlementContext {
  readonly pause: PauseGate;
  readonly unprotected: UnprotectedKeys | undefined;
}

export interface PlannedSettlements {
  readonly settlements: readonly Settlement[];
  /** Why keys could not be recorded. */
  readonly unrecorded: BlobmirrorError | undefined;
}

/**
 * Decides by the disposition of each error: the only such switch. The keys that a message leaves out of the backup are on
 * record when it resolves, and so are those of events that are not tried again: anybody may purge a dead letter, and
 * nothing else names the keys of a change that is ignored, as of a blob that cannot be read. While they cannot be recorded,
 * such an event is tried again, as long as an outage may last; then it becomes a dead letter without it, which names its
 * keys itself. All keys of a message are recorded at once, and not a second time where that fails: it may take as long as
 * its time budget.
 *
 * @param checked events whose checks did not fail. Where their keys cannot be recorded, `fail` makes a failure of each.
 */
export async function planSettlements(
  { pause, unprotected }: SettlementContext,
  log: Logger,
  history: ReceivedHistory,
  failures: readonly Failure[],
  checked: readonly CheckedEvent[] = [],
): Promise<PlannedSettlements> {
  const planned: Settlement[] = [];
  for (const failure of failures) planned.push({ failure, outcome: await outcomeOf(failure.error) });
  const left = [...checked.flatMap((each) => each.left), ...planned.flatMap(leftBy)];
  const unrecorded = await recordLeft(unprotected, left);
  if (unrecorded === undefined) return { settlements: planned, unrecorded };
  const { code, message: detail, hint } = unrecorded;
  log.error('keys that are not in the backup could not be recorded', { code, detail, hint });
  const outcome = await outcomeOf(unrecorded);
  const settlements = [
    ...planned.map((each) => (leftBy(each).length > 0 ? { ...each, outcome } : each)),
    ...checked
      .filter((each) => each.left.length > 0)
      .map(({ fail }) => ({ failure: fail(unrecorded), outcome })),
  ];
  return { settlements, unrecorded };

  async function outcomeOf(thrown: BlobmirrorError): Promise<Settlement['outcome']> {
    switch (thrown.disposition) {
      case 'ignore':
        return 'ignored';
      case 'retry': {
        // The time that mirroring was paused does not count.
        const asIfNow = new Date(
          theServiceClock.now().getTime() - (await pause.pausedSince(history.firstSeen)),
        );
        return shouldRetry(thrown, history, asIfNow) ? 'retried' : 'dead-lettered';
      }
      case 'park':
      case 'fatal':
        return 'dead-lettered';
    }
  }
}

function leftBy({ failure: { error, left = [] }, outcome }: Settlement): readonly Unprotected[] {
  return outcome !== 'retried' && isAboutChange(error.code) ? left : [];
}

/** Records keys. Resolves to the error if that fails. */
async function recordLeft(
  unprotected: UnprotectedKeys | undefined,
  left: readonly Unprotected[],
): Promise<BlobmirrorError | undefined> {
  if (unprotected === undefined || left.length === 0) return undefined;
  try {
    await unprotected.record(left);
    return undefined;
  } catch (thrown) {
    return toBlobmirrorError(thrown);
  }
}

/** Settles an event. When it resolves, the message may be completed: the event was ignored, or is in a queue again. */
export async function settleFailure(
  queue: HintQueue,
  log: Logger,
  history: ReceivedHistory,
  { failure, outcome }: Settlement,
): Promise<void> {
  const { error } = failure;
  const fields = {
    code: error.code,
    detail: error.message,
    hint: error.hint,
    attempts: history.attempts + 1,
    ...failure.about,
    ...error.context,
    // With the stack.
    ...(error.code === 'unexpected' && { error: error.cause ?? error }),
  };
  switch (outcome) {
    case 'ignored':
      recordIgnored(error.code);
      log.info('event ignored', fields);
      return;

    case 'retried': {
      const delayMs = backoffMs(error, history.attempts);
      await queue.sendLater(toMessage(failure, history, 'try'), delayMs);
      recordRetry(error.code, 'event');
      tellFailure(error.code, 'retried');
      log.warn('event will be tried again', { ...fields, delayMs });
      return;
    }

    case 'dead-lettered':
      await queue.deadLetter(toMessage(failure, history, 'parked'));
      recordParked(error.code);
      tellFailure(error.code, 'dead-lettered');
      log.error('event moved to the dead-letter queue', fields);
  }
}

function toMessage(failure: Failure, history: ReceivedHistory, purpose: 'try' | 'parked'): HintMessage {
  const { event, error, part } = failure;
  return chainMessage(event, part, purpose, history, {
    attempts: history.attempts + 1,
    defects: (history.defects ?? 0) + (isLasting(error.code) ? 1 : 0),
    unsettled: history.unsettled || error.code === 'write-outcome-unknown',
    parked: purpose === 'parked',
    lastError: { code: error.code, detail: error.message, hint: error.hint },
    // From the second failure on, the first error is kept besides the last.
    firstError: history.firstError ?? history.lastError,
  });
}

/** Tries that may meet a defect before the message is parked. Tries during an outage do not count. */
const MAX_DEFECTS = 5;
/** How long an outage is waited for (invariant 10): a day, as Event Grid does. */
const LONGEST_OUTAGE_MS = 24 * 3_600_000;
/** Age alone is no reason: a message may have waited in the queue while its account was down. */
const LEAST_TRIES = 20;

/**
 * The longest time that the service may still execute a request that was cut off. Ten minutes is more than any request
 * without its own timeout lives: learn.microsoft.com/rest/api/storageservices/setting-timeouts-for-blob-service-operations
 */
export const LONGEST_REQUEST_MS = 600_000;

/** Whether a retriable error is tried once more. */
export function shouldRetry(error: BlobmirrorError, history: History, now: Date): boolean {
  if (isLasting(error.code)) return (history.defects ?? 0) + 1 < MAX_DEFECTS;
  return (
    history.attempts + 1 < LEAST_TRIES || now.getTime() - history.firstSeen.getTime() < LONGEST_OUTAGE_MS
  );
}

/**
 * A queue that dead-letters a message which cannot be sent because of an unknown error. That is a defect and no outage: a
 * message that went back would only fail again, with its neighbours. If the event cannot be written as it is, it is
 * written as bytes. If that fails too, the error is thrown: the message goes back until Service Bus dead-letters it.
 *
 * The keys of its event are recorded first, as with any dead letter. While they cannot be, the message goes back, too.
 *
 * @param recording undefined: no message of the queue names a key
 */
export function deadLetterUnsendable(
  queue: HintQueue,
  log: Logger,
  recording?: { readonly unprotected: UnprotectedKeys; readonly scope: Scope },
): HintQueue {
  async function park(message: HintMessage): Promise<void> {
    try {
      await queue.deadLetter(message);
    } catch (thrown) {
      if (!isUnknown(thrown)) throw thrown;
      await queue.deadLetter({ ...message, event: Buffer.from(writeJson(message.event)) });
    }
  }

  return {
    sendLater: async (message, delayMs) => {
      try {
        await queue.sendLater(message, delayMs);
      } catch (thrown) {
        if (!isUnknown(thrown)) throw thrown;
        const error = new BlobmirrorError('unexpected', `could not be sent: ${textOf(thrown)}`, {
          cause: thrown,
        });
        const { code, message: detail, hint } = error;
        log.error('a message could not be sent and moves to the dead-letter queue', {
          messageId: message.messageId,
          code,
          detail,
          hint,
          error: thrown,
        });
        const { history } = message;
        const left = recording === undefined ? [] : leftByMessage(message.event, recording.scope, code);
        const unrecorded = await recordLeft(recording?.unprotected, left);
        if (unrecorded !== undefined) throw unrecorded;
        await park({
          ...message,
          messageId: `${message.messageId}.p`,
          history: { ...history, parked: true, mirrored: false, lastError: { code, detail, hint } },
        });
      }
    },
    deadLetter: park,
  };
}

/** What the events of a message leave unprotected if none of them is tried again. */
function leftByMessage(event: unknown, scope: Scope, reason: ErrorCode): readonly Unprotected[] {
  const { hints } = parseMessage(event, theServiceClock.now());
  return hints.flatMap((hint) => leftByEvent(hint, reason, scope));
}

function isUnknown(thrown: unknown): boolean {
  return toBlobmirrorError(thrown).code === 'unexpected';
}

function textOf(thrown: unknown): string {
  return toBlobmirrorError(thrown).message;
}
