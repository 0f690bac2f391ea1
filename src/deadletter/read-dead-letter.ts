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

const MAX_TYPE_LENGTH = 200;

/**
 * Describes a message of a dead-letter queue. Anybody may have put it there: it is not trusted, and nothing here throws.
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
  if (hint !== undefined) return { event: toPlainLine(hint.eventType, MAX_TYPE_LENGTH), ...hint.keys[0] };
  const [first] = rejected;
  const event = first === undefined ? '' : typeOf(first.event);
  return { event, ...(first && { unreadable: first.error }) };
}

/** The type of an event that names no blob, if it has one. */
function typeOf(event: unknown): string {
  if (typeof event !== 'object' || event === null) return '';
  const type = 'eventType' in event ? event.eventType : 'type' in event ? event.type : undefined;
  return typeof type === 'string' ? toPlainLine(type, MAX_TYPE_LENGTH) : '';
}

function toDeadLetterError(
  error: { readonly code: string; readonly detail: string } | undefined,
): DeadLetterError | undefined {
  return error && { code: toPlainLine(error.code, MAX_TYPE_LENGTH), detail: toPlainLine(error.detail) };
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

/** Why a message is a dead letter. @param unreadable the error in its body; undefined: none */
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

/** The place of a dead letter, which its id names. */
export interface DeadLetterPlace {
  readonly queue: DeadLetterQueueName;
  /** Decimal. */
  readonly sequenceNumber: string;
}

const ID = new RegExp(`^(${DEAD_LETTER_QUEUES.join('|')}):(\\d{1,19})$`);
const MAX_SEQUENCE_NUMBER = 2n ** 63n - 1n;

/** @throws BlobmirrorError `request-invalid` */
export function parseDeadLetterId(text: string): DeadLetterPlace {
  const [, queue, digits = ''] = ID.exec(text) ?? [];
  if (queue !== undefined && BigInt(digits) <= MAX_SEQUENCE_NUMBER)
    return { queue: queue as DeadLetterQueueName, sequenceNumber: String(BigInt(digits)) };
  throw new BlobmirrorError(
    'request-invalid',
    `${JSON.stringify(text.slice(0, 80))} is no dead-letter id; an id is like events:123`,
  );
}

/** One text for all spellings of an id, such as `events:7` and `events:007`. @throws BlobmirrorError `request-invalid` */
export function spellId(text: string): string {
  return deadLetterId(parseDeadLetterId(text));
}

export function deadLetterId({ queue, sequenceNumber }: DeadLetterPlace): string {
  return `${queue}:${sequenceNumber}`;
}

/** Untrusted text goes into lists, logs and terminals: one bounded line of well-formed characters. */
const MAX_LENGTH = 1000;

function toPlainLine(text: string, maxLength = MAX_LENGTH): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.toWellFormed().replaceAll(/\p{Cc}+/gu, ' ');
}
