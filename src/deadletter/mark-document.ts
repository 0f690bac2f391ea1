import { BlobmirrorError } from '../model/errors.js';
import type { DocumentStore } from '../ports/document-store.js';
import type { LetterMark } from './letter-mark.js';

const MOST_TRIES = 20;

/** A mark as it was read. */
export interface StoredMark {
  readonly mark: LetterMark;
  readonly version: string;
}

export async function readMark(documents: DocumentStore, name: string): Promise<LetterMark | undefined> {
  return (await readStoredMark(documents, name))?.mark;
}

export async function readStoredMark(
  documents: DocumentStore,
  name: string,
): Promise<StoredMark | undefined> {
  const found = await documents.read(name);
  const mark = toMark(found?.value);
  return found && mark && { mark, version: found.version };
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

/** `{until}` alone is a mark, too: an operator may have written it. */
function toMark(value: unknown): LetterMark | undefined {
  if (typeof value !== 'object' || value === null || !('until' in value)) return undefined;
  const { until } = value;
  if (typeof until !== 'string') return undefined;
  const ids = 'ids' in value && Array.isArray(value.ids) ? value.ids : [];
  return { until, ids: ids.filter((id) => typeof id === 'string') };
}
