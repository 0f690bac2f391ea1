import { parseMessage } from '../events/parse-message.ts';
import type { DeadLetter, LetterError, LetterQueue } from '../model/dead-letter.ts';
import { type BlobmirrorError, toBlobmirrorError } from '../model/errors.ts';
import { parseHistory } from '../model/hint-message.ts';
import { parseShardMessage } from '../model/reconcile/parse-shard-message.ts';
import type { BrowsedMessage } from '../ports/queue-browser.ts';
import { letterId } from './letter-id.ts';
import { letterReason } from './letter-reason.ts';
import { plain } from './plain.ts';

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
