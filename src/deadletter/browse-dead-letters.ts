import {
  type DeadLetter,
  DEAD_LETTER_QUEUES,
  type DeadLetterSelection,
  type DeadLetterQueueName,
} from '../api/dead-letter.ts';
import type { PlacedLine } from '../api/line-page.ts';
import { theServiceClock } from '../clock/observed-clock.ts';
import {
  type DeadLetterPlace,
  deadLetterId,
  parseDeadLetterId,
  readDeadLetter,
  spellId,
} from './read-dead-letter.ts';
import { checkBounds } from '../events/parse-message.ts';
import { BlobmirrorError } from '../model/errors.ts';
import { writeJson } from '../model/write-json.ts';
import type { BrowsedMessage, DeadLetterQueue } from '../ports/dead-letter-queue.ts';

/** The dead-letter queue of each queue. */
export type DeadLetterQueues = Readonly<Record<DeadLetterQueueName, DeadLetterQueue>>;

export interface BrowsedDeadLetter {
  readonly deadLetter: DeadLetter;
  readonly message: BrowsedMessage;
}

/** All dead letters, queue by queue, or those from a place on. Holds one page of the service. */
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
      for (const message of page) yield { deadLetter: readDeadLetter(message, queue, now), message };
    }
  }
}

/** Dead letters read for one page at most: a selection that matches few is answered in bounded time. */
const MAX_READ = 20_000;

export interface ListRequest {
  readonly code?: string | undefined;
  readonly container?: string | undefined;
  /** The `next` of an earlier page. */
  readonly from?: string | undefined;
  readonly limit: number;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Null: this page is the last. Any other page may have fewer than `limit`, or none. */
  readonly next: string | null;
}

/** @throws BlobmirrorError `request-invalid` if `from` is invalid; any code of the queue */
export async function listDeadLetters(
  queues: DeadLetterQueues,
  { code, container, from, limit }: ListRequest,
): Promise<DeadLetterPage> {
  const isSelected = matchesSelection({ code, container });
  const letters: DeadLetter[] = [];
  let readCount = 0;
  const start = from === undefined ? {} : { from: parseDeadLetterId(from) };
  for await (const { deadLetter } of browseDeadLetters(queues, start)) {
    if (letters.length >= limit || readCount >= MAX_READ) return { letters, next: deadLetter.id };
    readCount++;
    if (isSelected(deadLetter)) letters.push(deadLetter);
  }
  return { letters, next: null };
}

/** One dead letter, with its message. @throws BlobmirrorError `letter-not-found`, `request-invalid`, any code of the queue */
export async function showDeadLetter(queues: DeadLetterQueues, id: string): Promise<DeadLetter> {
  const place = parseDeadLetterId(id);
  for await (const { deadLetter, message } of browseDeadLetters(queues, { from: place })) {
    if (deadLetter.id !== deadLetterId(place)) break;
    return { ...deadLetter, messageBody: toJsonBody(message.body) };
  }
  throw new BlobmirrorError('letter-not-found', `there is no dead letter ${deadLetterId(place)}`);
}

/** Dead letters with their messages, as lines of JSON. @param from the id of the first */
export async function* exportDeadLetters(
  queues: DeadLetterQueues,
  choice: DeadLetterSelection,
  from?: string,
): AsyncIterable<PlacedLine> {
  const isSelected = matchesSelection(choice);
  const start = from === undefined ? {} : { from: parseDeadLetterId(from) };
  for await (const { deadLetter, message } of browseDeadLetters(queues, start)) {
    const line = isSelected(deadLetter)
      ? JSON.stringify({ ...deadLetter, messageBody: toJsonBody(message.body) })
      : undefined;
    yield { line, place: deadLetter.id };
  }
}

/** The test for a selection. @throws BlobmirrorError `request-invalid` for an invalid id */
export function matchesSelection(choice: DeadLetterSelection): (deadLetter: DeadLetter) => boolean {
  const { code, container } = choice;
  const ids = choice.ids && new Set(choice.ids.map(spellId));
  return (deadLetter) =>
    (ids === undefined || ids.has(deadLetter.id)) &&
    (code === undefined || deadLetter.code === code) &&
    (container === undefined || deadLetter.container === container);
}

/** Of a body beyond the bounds, this many characters are shown. */
const MAX_LENGTH = 65_536;

/** The body of a message as JSON: the value, its text, or its bytes in base64. */
export function toJsonBody(body: unknown): unknown {
  if (body instanceof Uint8Array) return fromBytes(body);
  if (typeof body === 'string') return body;
  try {
    checkBounds(body);
    // Fails here, not in the middle of an answer, if the body is no JSON value.
    const text = JSON.stringify(body) as string | undefined;
    return text === undefined ? null : body;
  } catch {
    return writeJson(body, MAX_LENGTH);
  }
}

function fromBytes(bytes: Uint8Array): unknown {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
