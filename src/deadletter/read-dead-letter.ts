import { type DeadLetter, LETTER_QUEUES, type LetterError, type LetterQueue } from '../api/dead-letter.ts';
import { parseMessage } from '../events/parse-message.ts';
import { BlobmirrorError, ERRORS, type ErrorCode, toBlobmirrorError } from '../model/errors.ts';
import { type History, parseHistory } from '../model/hint-message.ts';
import { parseShardMessage } from '../model/shard-message.ts';
import type { BrowsedMessage } from '../ports/dead-letter-queue.ts';

const LONGEST_TYPE = 200;

/**
 * A message of a dead-letter queue for whoever is to mend it. It may be anything that anybody put there: nothing here
 * throws, and nothing of it is believed.
 */
export function readLetter(message: BrowsedMessage, queue: LetterQueue, now: Date): DeadLetter {
  const deadLetteredAt = validTime(message.enqueuedAt) ?? now;
  const history = parseHistory(message.applicationProperties, message.messageId, deadLetteredAt);
  const { unreadable, ...about } = subjectOf(message, queue, deadLetteredAt);
  const lastError = toLetterError(history.lastError);
  const firstError = toLetterError(history.firstError) ?? (history.attempts === 1 ? lastError : undefined);
  return {
    id: letterId({ queue, sequenceNumber: message.sequenceNumber }),
    queue,
    ...letterReason(message, history, unreadable),
    ...about,
    attempts: history.attempts || message.deliveryCount,
    firstSeen: history.firstSeen.toISOString(),
    deadLetteredAt: deadLetteredAt.toISOString(),
    ageMs: Math.max(0, now.getTime() - deadLetteredAt.getTime()),
    ...(firstError && { firstError }),
    ...(lastError && { lastError }),
    replays: history.replays ?? 0,
  };
}

interface Subject {
  readonly event: string;
  readonly container?: string;
  readonly path?: string;
  readonly unreadable?: BlobmirrorError;
}

function subjectOf({ body }: BrowsedMessage, queue: LetterQueue, time: Date): Subject {
  if (queue === 'reconcile') {
    try {
      parseShardMessage(body);
      return { event: 'shard' };
    } catch (thrown) {
      return { event: '', unreadable: toBlobmirrorError(thrown) };
    }
  }
  const { hints, rejected } = parseMessage(body, time);
  const [hint] = hints;
  if (hint !== undefined) return { event: plain(hint.eventType, LONGEST_TYPE), ...hint.keys[0] };
  const [first] = rejected;
  const event = first === undefined ? '' : typeOf(first.event);
  return { event, ...(first && { unreadable: first.error }) };
}

/** Of an event that names no blob the type may still be told. */
function typeOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return '';
  const type = 'eventType' in event ? event.eventType : 'type' in event ? event.type : undefined;
  return typeof type === 'string' ? plain(type, LONGEST_TYPE) : '';
}

function toLetterError(
  error: { readonly code: string; readonly detail: string } | undefined,
): LetterError | undefined {
  return error && { code: plain(error.code, LONGEST_TYPE), detail: plain(error.detail) };
}

function validTime(time: Date): Date | undefined {
  return Number.isNaN(time.getTime()) ? undefined : time;
}

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

/** Where a letter is: all that its id says. */
export interface LetterPlace {
  readonly queue: LetterQueue;
  /** Decimal. */
  readonly sequenceNumber: string;
}

const ID = new RegExp(`^(${LETTER_QUEUES.join('|')}):(\\d{1,19})$`);
const LARGEST = 2n ** 63n - 1n;

/** @throws BlobmirrorError `request-invalid` */
export function parseLetterId(text: string): LetterPlace {
  const [, queue, digits = ''] = ID.exec(text) ?? [];
  if (queue !== undefined && BigInt(digits) <= LARGEST)
    return { queue: queue as LetterQueue, sequenceNumber: String(BigInt(digits)) };
  throw new BlobmirrorError(
    'request-invalid',
    `${JSON.stringify(text.slice(0, 80))} is no id of a dead letter; it should be like events:123`,
  );
}

export function letterId({ queue, sequenceNumber }: LetterPlace): string {
  return `${queue}:${sequenceNumber}`;
}

/** What a stranger wrote goes into a list, a log and a terminal: a line, whole characters, and not the length of a book. */
const LONGEST = 1000;

export function plain(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
}
