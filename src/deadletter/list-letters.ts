import type { DeadLetter, LetterChoice } from '../model/dead-letter.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { letterBody } from './letter-body.ts';
import { letterId, parseLetterId } from './letter-id.ts';
import type { LetterQueues } from './letter-queues.ts';
import { lookAtLetters } from './look-at-letters.ts';
import { matches } from './matches.ts';

/** So many are looked through for one page, so that a choice that few are of is answered in bounded time. */
const MOST_LOOKED_AT = 20_000;

export interface ListRequest {
  readonly code?: string | undefined;
  readonly container?: string | undefined;
  /** Where an earlier page said that the next one begins. */
  readonly from?: string | undefined;
  readonly limit: number;
}

export interface LetterPage {
  readonly letters: readonly DeadLetter[];
  /** Null: these were the last. A page with fewer than were asked for, or none, may have another after it. */
  readonly next: string | null;
}

/** @throws BlobmirrorError `request-invalid` for a place that is none, or one of the queue */
export async function listLetters(
  queues: LetterQueues,
  { code, container, from, limit }: ListRequest,
): Promise<LetterPage> {
  const isMeant = matches({ code, container });
  const letters: DeadLetter[] = [];
  let lookedAt = 0;
  const start = from === undefined ? {} : { from: parseLetterId(from) };
  for await (const { letter } of lookAtLetters(queues, start)) {
    if (letters.length >= limit || lookedAt >= MOST_LOOKED_AT) return { letters, next: letter.id };
    lookedAt++;
    if (isMeant(letter)) letters.push(letter);
  }
  return { letters, next: null };
}

/** One letter, with its message. @throws BlobmirrorError `letter-not-found`, `request-invalid`, or one of the queue */
export async function showLetter(queues: LetterQueues, id: string): Promise<DeadLetter> {
  const place = parseLetterId(id);
  for await (const { letter, message } of lookAtLetters(queues, { from: place })) {
    if (letter.id !== letterId(place)) break;
    return { ...letter, messageBody: letterBody(message.body) };
  }
  throw new BlobmirrorError('letter-not-found', `there is no dead letter ${letterId(place)}`);
}

/** Letters with their messages, as lines of JSON. */
export async function* exportLetters(queues: LetterQueues, choice: LetterChoice): AsyncIterable<string> {
  const isMeant = matches(choice);
  for await (const { letter, message } of lookAtLetters(queues)) {
    if (isMeant(letter)) yield JSON.stringify({ ...letter, messageBody: letterBody(message.body) });
  }
}
