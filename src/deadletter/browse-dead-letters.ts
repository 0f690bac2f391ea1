import {
  type DeadLetter,
  DEAD_LETTER_QUEUES,
  type DeadLetterSelection,
  type DeadLetterQueueName,
} from '../api/dead-letter.ts';
import { theServiceClock } from '../clock/process-clocks.ts';
import { type DeadLetterPlace, deadLetterId, parseDeadLetterId, readDeadLetter } from './read-dead-letter.ts';
import { checkBounds } from '../events/message-body.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { writeJson } from '../model/write-json.ts';
import type { BrowsedMessage, DeadLetterQueue } from '../ports/dead-letter-queue.ts';

/** Where letters are. */
export type DeadLetterQueues = Readonly<Record<DeadLetterQueueName, DeadLetterQueue>>;

export interface BrowsedDeadLetter {
  readonly letter: DeadLetter;
  readonly message: BrowsedMessage;
}

/** Every letter there is, queue by queue, or those from a place on; a page of the service at a time. */
export async function* browseDeadLetters(
  queues: DeadLetterQueues,
  {
    from,
    only = DEAD_LETTER_QUEUES,
  }: { readonly from?: DeadLetterPlace; readonly only?: readonly DeadLetterQueueName[] } = {},
): AsyncIterable<BrowsedDeadLetter> {
  const now = theServiceClock.now();
  const later = from === undefined ? only : only.slice(only.indexOf(from.queue));
  for (const queue of later) {
    const start = queue === from?.queue ? { from: from.sequenceNumber } : {};
    for await (const page of queues[queue].browse(start)) {
      for (const message of page) yield { letter: readDeadLetter(message, queue, now), message };
    }
  }
}

/** So many are looked through for one page, so that a choice that few are of is answered in bounded time. */
const MOST_LOOKED_AT = 20_000;

export interface ListRequest {
  readonly code?: string | undefined;
  readonly container?: string | undefined;
  /** Where an earlier page said that the next one begins. */
  readonly from?: string | undefined;
  readonly limit: number;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Null: these were the last. A page with fewer than were asked for, or none, may have another after it. */
  readonly next: string | null;
}

/** @throws BlobmirrorError `request-invalid` for a place that is none, or one of the queue */
export async function listDeadLetters(
  queues: DeadLetterQueues,
  { code, container, from, limit }: ListRequest,
): Promise<DeadLetterPage> {
  const isMeant = matchesSelection({ code, container });
  const letters: DeadLetter[] = [];
  let lookedAt = 0;
  const start = from === undefined ? {} : { from: parseDeadLetterId(from) };
  for await (const { letter } of browseDeadLetters(queues, start)) {
    if (letters.length >= limit || lookedAt >= MOST_LOOKED_AT) return { letters, next: letter.id };
    lookedAt++;
    if (isMeant(letter)) letters.push(letter);
  }
  return { letters, next: null };
}

/** One letter, with its message. @throws BlobmirrorError `letter-not-found`, `request-invalid`, or one of the queue */
export async function showDeadLetter(queues: DeadLetterQueues, id: string): Promise<DeadLetter> {
  const place = parseDeadLetterId(id);
  for await (const { letter, message } of browseDeadLetters(queues, { from: place })) {
    if (letter.id !== deadLetterId(place)) break;
    return { ...letter, messageBody: toJsonBody(message.body) };
  }
  throw new BlobmirrorError('letter-not-found', `there is no dead letter ${deadLetterId(place)}`);
}

/** Letters with their messages, as lines of JSON. */
export async function* exportDeadLetters(
  queues: DeadLetterQueues,
  choice: DeadLetterSelection,
): AsyncIterable<string> {
  const isMeant = matchesSelection(choice);
  for await (const { letter, message } of browseDeadLetters(queues)) {
    if (isMeant(letter)) yield JSON.stringify({ ...letter, messageBody: toJsonBody(message.body) });
  }
}

/** Whether a letter is one of those that are meant. */
export function matchesSelection(choice: DeadLetterSelection): (letter: DeadLetter) => boolean {
  const { code, container } = choice;
  const ids = choice.ids && new Set(choice.ids);
  return (letter) =>
    (ids === undefined || ids.has(letter.id)) &&
    (code === undefined || letter.code === code) &&
    (container === undefined || letter.container === container);
}

/** Of what is out of bounds so much is told, in characters. */
const LONGEST = 65_536;

/** The body of a message as JSON can carry it: what it is, or its text, or its bytes. */
export function toJsonBody(body: unknown): unknown {
  if (body instanceof Uint8Array) return fromBytes(body);
  if (typeof body === 'string') return body;
  try {
    checkBounds(body);
    // What was never JSON is found out here and not in the middle of an answer.
    const text = JSON.stringify(body) as string | undefined;
    return text === undefined ? null : body;
  } catch {
    return writeJson(body, LONGEST);
  }
}

function fromBytes(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
