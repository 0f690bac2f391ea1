import { theServiceClock } from '../clock/the-service-clock.ts';
import { backoffMs } from '../model/backoff.ts';
import { type BlobmirrorError, isLasting } from '../model/errors.ts';
import type { HintMessage } from '../model/hint-message.ts';
import type { HintQueue } from '../ports/hint-queue.ts';
import type { PauseGate } from '../ports/pause-gate.ts';
import type { LogFields, Logger } from '../telemetry/logger.ts';
import { recordIgnored, recordParked, recordRetry } from '../telemetry/metrics.ts';
import { tellFailure } from '../telemetry/spans.ts';
import { isWorthAnotherTry } from './is-worth-another-try.ts';
import { chainMessage, type Handled, type Part } from './chain-message.ts';

/** An event that could not be mirrored, or not be read. */
export interface Failure {
  readonly event: unknown;
  readonly error: BlobmirrorError;
  readonly part: Part;
  /** What the log says of the event. */
  readonly about: LogFields;
}

/**
 * The one switch from an error's disposition to what becomes of its event. When this returns, the message that
 * brought the event may be completed: the event was dropped for a reason that is in the log, or the queue has it again.
 */
export async function settleFailure(
  { queue, pause }: { readonly queue: HintQueue; readonly pause: PauseGate },
  log: Logger,
  history: Handled,
  failure: Failure,
): Promise<void> {
  const { error } = failure;
  const fields = {
    code: error.code,
    detail: error.message,
    hint: error.hint,
    attempts: history.attempts + 1,
    ...failure.about,
    ...error.context,
    // The one that nobody foresaw, with the place where it was thrown.
    ...(error.code === 'unexpected' && { error: error.cause ?? error }),
  };
  switch (error.disposition) {
    case 'ignore':
      recordIgnored(error.code);
      log.info('event ignored', fields);
      return;

    case 'retry': {
      // A day of which mirroring stood still for a part is longer by that.
      const asIfNow = new Date(
        theServiceClock.now().getTime() - (await pause.pausedSince(history.firstSeen)),
      );
      if (!isWorthAnotherTry(error, history, asIfNow)) break;
      const delayMs = backoffMs(error, history.attempts);
      await queue.sendLater(toMessage(failure, history, 'try'), delayMs);
      recordRetry(error.code, 'event');
      tellFailure(error.code, 'retried');
      log.warn('event will be tried again', { ...fields, delayMs });
      return;
    }

    case 'park':
    case 'fatal':
      break;
  }
  await queue.deadLetter(toMessage(failure, history, 'parked'));
  recordParked(error.code);
  tellFailure(error.code, 'dead-lettered');
  log.error('event moved to the dead-letter queue', fields);
}

function toMessage(failure: Failure, history: Handled, purpose: 'try' | 'parked'): HintMessage {
  const { event, error, part } = failure;
  return chainMessage(event, part, purpose, history, {
    attempts: history.attempts + 1,
    defects: (history.defects ?? 0) + (isLasting(error.code) ? 1 : 0),
    unsettled: history.unsettled || error.code === 'write-outcome-unknown',
    parked: purpose === 'parked',
    lastError: { code: error.code, detail: error.message, hint: error.hint },
    // With the second failure the first one is more than the last.
    firstError: history.firstError ?? history.lastError,
  });
}
