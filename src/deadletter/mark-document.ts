import { z } from 'zod';
import { documentKind, parseDocument } from '../model/document-kind.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { LetterMark } from './letter-mark.ts';

const MOST_TRIES = 20;

/** `{until}` alone is a mark, too: an operator may have written it. */
const MARK_DOCUMENT = documentKind<Pick<LetterMark, 'until'> & Partial<LetterMark>>(
  'up to which dead letter somebody has come',
  z.object({
    // Letters are compared with it as text.
    until: z.string().regex(/^\d{4}-\d\d-\d\d/),
    ids: z.array(z.string()).optional(),
  }),
);

/** A mark as it was read. */
export interface StoredMark {
  readonly mark: LetterMark;
  readonly version: string;
}

/** @param damaged is told the name where the mark is damaged: then nobody has come anywhere */
export async function readMark(
  documents: Pick<DocumentStore, 'read'>,
  name: string,
  damaged?: (name: string) => void,
): Promise<LetterMark | undefined> {
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
export async function moveMark(
  documents: DocumentStore,
  name: string,
  mark: LetterMark,
  former: StoredMark | undefined,
): Promise<boolean> {
  // One that could not be read as a mark is written over.
  const condition = former ?? (await documents.read(name)) ?? { nothingThere: true as const };
  const until = former !== undefined && former.mark.until > mark.until ? former.mark.until : mark.until;
  return (await documents.write(name, { until, ids: mark.ids }, condition)) === 'written';
}

/** The same, whoever else is at it. */
export async function advanceMark(documents: DocumentStore, name: string, mark: LetterMark): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const former = await readStoredMark(documents, name);
    if (await moveMark(documents, name, mark, former)) return;
  }
  throw new BlobmirrorError('race-lost', `the document ${name} would not come to rest`);
}
