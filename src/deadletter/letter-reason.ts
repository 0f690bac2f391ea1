import { type BlobmirrorError, ERRORS, type ErrorCode } from '../model/errors.ts';
import type { History } from '../model/hint-message.ts';
import type { BrowsedMessage } from '../ports/queue-browser.ts';
import { plain } from './plain.ts';

interface Reason {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

const CODE = /^[a-z][a-z0-9-]{0,59}$/;

/** Why a message is a dead letter. `unreadable` is what is wrong with its body, if it is. */
export function letterReason(
  message: BrowsedMessage,
  history: History,
  unreadable: BlobmirrorError | undefined,
): Reason {
  const { lastError } = history;
  if (history.parked && lastError !== undefined && CODE.test(lastError.code))
    return {
      code: lastError.code,
      detail: plain(lastError.detail),
      hint: hintOf(lastError.code) ?? plain(lastError.hint),
    };
  if (unreadable !== undefined) return ours(unreadable.code, unreadable.message);
  const { deadLetterReason = '', deadLetterDescription = '' } = message;
  if (deadLetterReason === 'MaxDeliveryCountExceeded')
    return ours('deliveries-exhausted', deadLetterDescription);
  if (deadLetterReason === 'TTLExpiredException') return ours('message-expired', deadLetterDescription);
  return ours(
    'dead-lettered-elsewhere',
    [deadLetterReason, deadLetterDescription].filter(Boolean).join(': ') || 'no reason was given',
  );
}

function ours(code: ErrorCode, detail: string): Reason {
  return { code, detail: plain(detail), hint: ERRORS[code].hint };
}

function hintOf(code: string): string | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].hint : undefined;
}
