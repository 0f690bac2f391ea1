import {
  type DeadLetter,
  DEAD_LETTER_QUEUES,
  type DeadLetterError,
  type DeadLetterQueueName,
} from '../api/dead-letter.ts';
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
export function readDeadLetter(message: BrowsedMessage, queue: DeadLetterQueueName, now: Date): DeadLetter {
  const deadLetteredAt = validTime(message.enqueuedAt) ?? now;
  const history = parseHistory(message.applicationProperties, message.messageId, deadLetteredAt);
  const { unreadable, ...about } = subjectOf(message, queue, deadLetteredAt);
  const lastError = toDeadLetterError(history.lastError);
  const firstError =
    toDeadLetterError(history.firstError) ?? (history.attempts === 1 ? lastError : undefined);
  return {
    id: deadLetterId({ queue, sequenceNumber: message.sequenceNumber }),
    queue,
    ...reasonOf(message, history, unreadable),
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

function subjectOf({ body }: BrowsedMessage, queue: DeadLetterQueueName, time: Date): Subject {
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
  if (hint !== undefined) return { event: toPlainLine(hint.eventType, LONGEST_TYPE), ...hint.keys[0] };
  const [first] = rejected;
  const event = first === undefined ? '' : typeOf(first.event);
  return { event, ...(first && { unreadable: first.error }) };
}

/** Of an event that names no blob the type may still be told. */
function typeOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return '';
  const type = 'eventType' in event ? event.eventType : 'type' in event ? event.type : undefined;
  return typeof type === 'string' ? toPlainLine(type, LONGEST_TYPE) : '';
}

function toDeadLetterError(
  error: { readonly code: string; readonly detail: string } | undefined,
): DeadLetterError | undefined {
  return error && { code: toPlainLine(error.code, LONGEST_TYPE), detail: toPlainLine(error.detail) };
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
function reasonOf(
  message: BrowsedMessage,
  history: History,
  unreadable: BlobmirrorError | undefined,
): Reason {
  const { lastError } = history;
  if (history.parked && lastError !== undefined && CODE.test(lastError.code))
    return {
      code: lastError.code,
      detail: toPlainLine(lastError.detail),
      hint: hintOf(lastError.code) ?? toPlainLine(lastError.hint),
    };
  if (unreadable !== undefined) return reasonFromTable(unreadable.code, unreadable.message);
  const { deadLetterReason = '', deadLetterDescription = '' } = message;
  if (deadLetterReason === 'MaxDeliveryCountExceeded')
    return reasonFromTable('deliveries-exhausted', deadLetterDescription);
  if (deadLetterReason === 'TTLExpiredException')
    return reasonFromTable('message-expired', deadLetterDescription);
  return reasonFromTable(
    'dead-lettered-elsewhere',
    [deadLetterReason, deadLetterDescription].filter(Boolean).join(': ') || 'no reason was given',
  );
}

function reasonFromTable(code: ErrorCode, detail: string): Reason {
  return { code, detail: toPlainLine(detail), hint: ERRORS[code].hint };
}

function hintOf(code: string): string | undefined {
  return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].hint : undefined;
}

/** Where a letter is: all that its id says. */
export interface DeadLetterPlace {
  readonly queue: DeadLetterQueueName;
  /** Decimal. */
  readonly sequenceNumber: string;
}

const ID = new RegExp(`^(${DEAD_LETTER_QUEUES.join('|')}):(\\d{1,19})$`);
const LARGEST = 2n ** 63n - 1n;

/** @throws BlobmirrorError `request-invalid` */
export function parseDeadLetterId(text: string): DeadLetterPlace {
  const [, queue, digits = ''] = ID.exec(text) ?? [];
  if (queue !== undefined && BigInt(digits) <= LARGEST)
    return { queue: queue as DeadLetterQueueName, sequenceNumber: String(BigInt(digits)) };
  throw new BlobmirrorError(
    'request-invalid',
    `${JSON.stringify(text.slice(0, 80))} is no id of a dead letter; it should be like events:123`,
  );
}

export function deadLetterId({ queue, sequenceNumber }: DeadLetterPlace): string {
  return `${queue}:${sequenceNumber}`;
}

/** What a stranger wrote goes into a list, a log and a terminal: a line, whole characters, and not the length of a book. */
const LONGEST = 1000;

function toPlainLine(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
}
