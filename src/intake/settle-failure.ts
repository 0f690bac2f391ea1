import { createHash } from 'node:crypto';
import type { BlobmirrorError } from '../model/errors.js';
import type { HintMessage, History } from '../model/hint-message.js';
import type { HintQueue } from '../ports/hint-queue.js';
import type { Logger } from '../telemetry/logger.js';
import { backoffMs, isWorthAnotherTry, LONGEST_REQUEST_MS } from './backoff.js';

/** An event that could not be mirrored, or not be read. */
export interface Failure {
  readonly event: unknown;
  readonly error: BlobmirrorError;
  /** Tells the events of one message apart; empty for the only one. */
  readonly part: string;
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

/**
 * The id is made from the message that the chain began with and the number of the try. So a worker that dies between
 * sending and completing sends the same id when the message comes again, and duplicate detection drops the second
 * copy; a replay begins a chain of its own.
 */
function toMessage(
  { event, error, part }: Failure,
  history: History,
  purpose: 'try' | 'second-look' | 'parked',
): HintMessage {
  const root = `${history.root}${part}`;
  const attempts = history.attempts + 1;
  return {
    messageId: `${shorten(root)}.${purpose}.${attempts}`,
    event,
    history: {
      root,
      attempts,
      firstSeen: history.firstSeen,
      parked: purpose === 'parked',
      lastError: { code: error.code, detail: error.message, hint: error.hint },
    },
  };
}

/** Service Bus takes message ids of at most 128 characters. */
const LONGEST_ROOT = 96;

function shorten(root: string): string {
  return root.length <= LONGEST_ROOT ? root : createHash('sha256').update(root).digest('base64url');
}
