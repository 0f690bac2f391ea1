import { theServiceClock } from '../clock/observed-clock.ts';
import { TIME_BUDGETS } from '../concurrency/time-budget.ts';
import { type ParsedMessage, type Rejected, parseMessage } from '../events/parse-message.ts';
import {
  type IncomingMessage,
  type ReceivedHistory,
  isParkedEarly,
  readHistory,
} from './incoming-message.ts';
import { chainMessage, parkAgain, requeueWhilePaused, sendRecheck } from './message-chain.ts';
import { type HintContext, mirrorHint } from './mirror-hint.ts';
import type { PendingRechecks } from './pending-rechecks.ts';
import type { Recheck } from './rechecks.ts';
import {
  type CheckedEvent,
  type Failure,
  LONGEST_REQUEST_MS,
  type PlannedSettlements,
  deadLetterUnsendable,
  planSettlements,
  settleFailure,
} from './settle-failure.ts';
import { BlobmirrorError, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import type { Hint } from '../model/hint.ts';
import { keyText } from '../model/key.ts';
import type { Scope } from '../model/scope.ts';
import { type Unprotected, leftByEvent } from '../model/unprotected.ts';
import { NEVER_PAUSED, type PauseGate } from '../ports/account-decorators.ts';
import type { HintQueue } from '../ports/work-queues.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface IntakeContext extends HintContext {
  /** See `deadLetterUnsendable`. */
  readonly queue: HintQueue;
  /** Default: never paused. */
  readonly pause?: PauseGate;
}

/**
 * Handles a message of the events queue: converges the keys that its events name and settles the events one by one, so
 * that a bad event does not affect its neighbours.
 *
 * Resolves when every event is mirrored, ignored with a log line, back in the queue or on its way to the dead-letter
 * queue: the message may be completed (invariant 9). Rejects when the message must be delivered again.
 */
export async function handleMessage(
  intake: IntakeContext,
  log: Logger,
  message: IncomingMessage,
): Promise<void> {
  const { queue, pause = NEVER_PAUSED } = intake;
  if (isParkedEarly(message)) {
    await parkAgain(queue, message);
    return;
  }
  const history = readHistory(message);
  // First of all: a body that is out of bounds cannot be requeued as it came.
  const parsed = parseMessage(message.body, message.enqueuedTime);
  const work = async (): Promise<void> => await handle({ ...intake, pause }, log, parsed, history);
  const isOutOfBounds = parsed.rejected[0]?.error.code === 'message-out-of-bounds';
  if (isOutOfBounds) {
    await work();
    return;
  }
  const held = await pause.pass(work);
  if (held !== undefined) await requeueWhilePaused(queue, history, eventsOf(parsed), '', held.delayMs);
}

/** All events of a message, in the form in which they are sent again. */
function eventsOf({ hints, rejected }: ParsedMessage): unknown {
  const [event, ...others] = [...hints, ...rejected].map((part) => part.event);
  return others.length === 0 ? event : [event, ...others];
}

async function handle(
  intake: IntakeContext & { readonly pause: PauseGate },
  log: Logger,
  { hints, rejected }: ParsedMessage,
  history: ReceivedHistory,
): Promise<void> {
  const { queue, pause, unprotected } = intake;
  const failures = [...toFailures(rejected, hints.length === 0)];
  const only = hints.length + failures.length === 1;
  const lastStart = performance.now() + TIME_BUDGETS.prelude;
  const unsent: unknown[] = [];
  const checked: CheckedHint[] = [];
  for (const [i, hint] of hints.entries()) {
    const part = only ? '' : `/${i}`;
    if (i > 0 && (pause.isPaused() || performance.now() > lastStart)) {
      // In one message, which is sent as fast as one event.
      const rest = hints.slice(i).map(({ event }) => event);
      await requeueWhilePaused(queue, history, rest.length === 1 ? rest[0] : rest, `/from-${i}`, 0);
      break;
    }
    const left: Unprotected[] = [];
    try {
      const from = only ? history.walk : undefined;
      // An earlier check may have sent a request that removed a directory, and the service may have executed it since.
      const { unsettled, attempts, looks, replays = 0, watch, held, blocked = false } = history;
      const isDeep = unsettled || attempts > 0 || looks > 0 || replays > 0;
      const root = `${history.root}${part}`;
      const earlier = { from, isDeep, watch, held, isBlocked: blocked, root };
      const next = await mirrorHint({ ...intake, isPaused: pause.isPaused }, log, hint, earlier, (key) =>
        left.push(key),
      );
      const fail = (error: BlobmirrorError): Failure => toEventFailure(intake.scope, hint, part, error);
      checked.push({ hint, part, next, left, fail });
    } catch (error) {
      failures.push(toEventFailure(intake.scope, hint, part, error));
    }
  }
  // Before anything is settled: what is not in the backup is on record then, whatever becomes of this process.
  const isAllWell = failures.length === 0 && checked.every(({ left }) => left.length === 0);
  const { settlements, unrecorded } = isAllWell
    ? ALL_WELL
    : await planSettlements({ pause, unprotected }, log, history, failures, checked);
  for (const { hint, part, next, left } of checked) {
    if (unrecorded !== undefined && left.length > 0) continue;
    await sendOrKeep(async () => {
      if (next !== undefined) {
        await sendRecheck(queue, history, hint, part, next);
        if (next.watch !== undefined)
          rememberRecheck(intake.pendingRechecks, hint, next, `${history.root}${part}`);
      } else if (history.unsettled)
        await sendRecheck(queue, { ...history, unsettled: false }, hint, part, {
          delayMs: LONGEST_REQUEST_MS,
          walk: undefined,
          isMirrored: true,
          watch: history.watch,
          held: [],
          isBlocked: false,
        });
    });
  }
  for (const settlement of settlements)
    await sendOrKeep(async () => await settleFailure(queue, log, history, settlement));
  // The message goes back for the event that could not be sent; the others are done.
  if (unsent.length > 0) throw unsent[0];

  /** An error of the queue ends the message. An error of one event, or an unknown one, must not stop its neighbours. */
  async function sendOrKeep(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (thrown) {
      const { code, disposition } = toBlobmirrorError(thrown);
      if (disposition === 'retry' && code !== 'unexpected') throw thrown;
      unsent.push(thrown);
    }
  }
}

const ALL_WELL: PlannedSettlements = { settlements: [], unrecorded: undefined };

interface CheckedHint extends CheckedEvent {
  readonly hint: Hint;
  readonly part: string;
  readonly next: Recheck | undefined;
}

function toEventFailure(scope: Scope, hint: Hint, part: string, thrown: unknown): Failure {
  const { event, eventId, eventType, keys } = hint;
  const error = toBlobmirrorError(thrown);
  return {
    error,
    event,
    part,
    about: { keys: keys.map(keyText), event: eventType, eventId },
    left: leftByEvent(hint, error.code, scope),
  };
}

/**
 * The parts of a message that name no key, as failures: one for each code, so that a message of thousands of bad parts
 * becomes one or two dead letters. A dead letter of several parts holds them in an array, as they came.
 *
 * @param isAll whether the message holds nothing else
 */
function toFailures(rejected: readonly Rejected[], isAll: boolean): readonly Failure[] {
  const byCode = new Map<ErrorCode, Rejected[]>();
  for (const each of rejected) {
    const alike = byCode.get(each.error.code);
    if (alike === undefined) byCode.set(each.error.code, [each]);
    else alike.push(each);
  }
  return [...byCode.values()].map((alike) => toFailure(alike, isAll && byCode.size === 1));
}

function toFailure(alike: readonly Rejected[], isAll: boolean): Failure {
  const [first] = alike;
  if (first === undefined) throw new RangeError('a failure is of one part at least');
  const { error, event, eventId } = first;
  const part = isAll ? '' : `/rejected-${error.code}`;
  if (alike.length === 1) return { error, event, part, about: { eventId } };
  const { code, context } = error;
  return {
    error: new BlobmirrorError(code, `${alike.length} parts of the message: ${error.message}`, { context }),
    event: alike.map((each) => each.event),
    part,
    about: { eventId, parts: alike.length },
  };
}

function rememberRecheck(
  pendingRechecks: PendingRechecks | undefined,
  { keys, eventTime: time }: Hint,
  { delayMs, held }: Recheck,
  root: string,
): void {
  const due = new Date(theServiceClock.now().getTime() + delayMs);
  for (const key of keys) {
    const hold = held.find((each) => keyText(each.key) === keyText(key))?.reason;
    pendingRechecks?.add(key, { event: { time, root }, due, hold });
  }
}

export interface ShardIntakeContext {
  /** The queue that the message came from. */
  readonly queue: HintQueue;
  /** Rejects with `message-not-shard` if the body is not a shard, before it does anything. */
  readonly handleShard: (body: unknown) => Promise<void>;
}

/**
 * Handles a message of the reconcile queue. Resolves when its shard was worked on, or the message is on its way to the
 * dead-letter queue because it is not a shard. Rejects when it must be delivered again.
 */
export async function handleShardMessage(
  { queue, handleShard }: ShardIntakeContext,
  log: Logger,
  message: IncomingMessage,
): Promise<void> {
  if (isParkedEarly(message)) {
    await parkAgain(deadLetterUnsendable(queue, log), message);
    return;
  }
  const history = readHistory(message);
  try {
    await handleShard(message.body);
  } catch (thrown) {
    const { code, message: detail, hint } = toBlobmirrorError(thrown);
    if (code !== 'message-not-shard') throw thrown;
    await deadLetterUnsendable(queue, log).deadLetter(
      chainMessage(message.body, '', 'parked', history, {
        attempts: history.attempts + 1,
        parked: true,
        lastError: { code, detail, hint },
      }),
    );
    const { messageId } = message;
    log.error('a message on the reconcile queue moved to the dead-letter queue', {
      messageId,
      code,
      detail,
      hint,
    });
  }
}
