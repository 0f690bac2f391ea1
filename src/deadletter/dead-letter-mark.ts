import { z } from 'zod';
import type { DeadLetter } from '../api/dead-letter.ts';
import { documentKind, parseDocument } from '../documents/document-kind.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/**
 * Up to which letter somebody has come. A letter bears the time at which it joined its queue, and most joined it to
 * become letters at once; those that others gave up on were messages for a while before. These are told one by one.
 */
export interface DeadLetterMark {
  /** ISO 8601, by the clock of Service Bus. */
  readonly until: string;
  readonly ids: readonly string[];
}

/** Beyond so many the time alone decides. */
const MOST_IDS = 1000;

const GIVEN_UP: ReadonlySet<string> = new Set(['deliveries-exhausted', 'message-expired']);

export function isCoveredBy({ until, ids }: DeadLetterMark): (letter: DeadLetter) => boolean {
  const told = new Set(ids);
  return (letter) =>
    letter.deadLetteredAt <= until &&
    (!GIVEN_UP.has(letter.code) || told.size >= MOST_IDS || told.has(letter.id));
}

/** Gathers a mark from all letters that there are. */
export class MarkBuilder {
  #until = '';
  readonly #ids: string[] = [];

  add({ id, code, deadLetteredAt }: DeadLetter): void {
    if (deadLetteredAt > this.#until) this.#until = deadLetteredAt;
    if (GIVEN_UP.has(code) && this.#ids.length < MOST_IDS) this.#ids.push(id);
  }

  mark(otherwise: Date): DeadLetterMark {
    return { until: this.#until || otherwise.toISOString(), ids: this.#ids };
  }
}

const MOST_TRIES = 20;

/** `{until}` alone is a mark, too: an operator may have written it. */
const MARK_DOCUMENT = documentKind<Pick<DeadLetterMark, 'until'> & Partial<DeadLetterMark>>(
  'up to which dead letter somebody has come',
  z.object({
    // Letters are compared with it as text.
    until: z.string().regex(/^\d{4}-\d\d-\d\d/),
    ids: z.array(z.string()).optional(),
  }),
);

/** A mark as it was read. */
export interface StoredMark {
  readonly mark: DeadLetterMark;
  readonly version: string;
}

/** @param damaged is told the name where the mark is damaged: then nobody has come anywhere */
export async function readMark(
  documents: Pick<DocumentStore, 'read'>,
  name: string,
  damaged?: (name: string) => void,
): Promise<DeadLetterMark | undefined> {
  return (await readStoredMark(documents, name, damaged))?.mark;
}

export async function readStoredMark(
  documents: Pick<DocumentStore, 'read'>,
  name: string,
  damaged: (name: string) => void = () => undefined,
): Promise<StoredMark | undefined> {
  const found = parseDocument(MARK_DOCUMENT, name, await documents.read(name));
  if (found.state === 'damaged') damaged(name);
  if (found.state !== 'there') return undefined;
  const { until, ids = [] } = found.value;
  return { mark: { until, ids }, version: found.version };
}

/** Moves the mark that was read on, and never back. False: somebody else was there first. */
export async function tryAdvanceMark(
  documents: DocumentStore,
  name: string,
  mark: DeadLetterMark,
  former: StoredMark | undefined,
): Promise<boolean> {
  // One that could not be read as a mark is written over.
  const condition = former ?? (await documents.read(name)) ?? { nothingThere: true as const };
  const until = former !== undefined && former.mark.until > mark.until ? former.mark.until : mark.until;
  return (await documents.write(name, { until, ids: mark.ids }, condition)) === 'written';
}

/** The same, whoever else is at it. */
export async function advanceMark(
  documents: DocumentStore,
  name: string,
  mark: DeadLetterMark,
): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const former = await readStoredMark(documents, name);
    if (await tryAdvanceMark(documents, name, mark, former)) return;
  }
  throw new BlobmirrorError('race-lost', `the document ${name} would not come to rest`);
}
