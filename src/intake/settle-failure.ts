import type { BlobmirrorError } from '../model/errors.js';
import type { HintMessage, History } from '../model/hint-message.js';
import type { HintQueue } from '../ports/hint-queue.js';
import type { Logger } from '../telemetry/logger.js';
import { chainMessage, type Part } from './chain-message.js';
import { backoffMs, isWorthAnotherTry, LONGEST_REQUEST_MS } from './backoff.js';

/** An event that could not be mirrored, or not be read. */
export interface Failure {
  readonly event: unknown;
  readonly error: BlobmirrorError;
  readonly part: Part;
}

/**
 * The one switch from an error's disposition to what becomes of its event. When this returns, the message that
 * brought the event may be completed: the event was dropped for a reason that is in the log, or the queue has it again.
 */
export async function settleFailure(
  queue: HintQueue,
  log: Logger,
  history: History,
  failure: Failure,
): Promise<void> {
  const { error } = failure;
  const fields = {
    code: error.code,
    detail: error.message,
    hint: error.hint,
    attempts: history.attempts + 1,
    ...error.context,
  };
  switch (error.disposition) {
    case 'ignore':
      log.info('event ignored', fields);
      return;

    case 'retry': {
      if (!isWorthAnotherTry(error, history, new Date())) break;
      const delayMs = backoffMs(history.attempts, error.retryAfterMs);
      await queue.sendLater(toMessage(failure, history, 'try'), delayMs);
      if (error.code === 'write-outcome-unknown') {
        await queue.sendLater(toMessage(failure, history, 'second-look'), LONGEST_REQUEST_MS);
      }
      log.warn('event will be tried again', { ...fields, delayMs });
      return;
    }

    case 'park':
    case 'fatal':
      break;
  }
  await queue.deadLetter(toMessage(failure, history, 'parked'));
  log.error('event moved to the dead-letter queue', fields);
}

function toMessage(
  failure: Failure,
  history: History,
  purpose: 'try' | 'second-look' | 'parked',
): HintMessage {
  const { event, error, part } = failure;
  return chainMessage(event, part, purpose, history, {
    attempts: history.attempts + 1,
    parked: purpose === 'parked',
    lastError: { code: error.code, detail: error.message, hint: error.hint },
  });
}
