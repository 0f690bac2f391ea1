import { BlobmirrorError } from '../model/errors.js';
import type { DocumentStore } from '../ports/document-store.js';
import type { LetterMark } from './letter-mark.js';

const MOST_TRIES = 20;

export async function readMark(documents: DocumentStore, name: string): Promise<LetterMark | undefined> {
  return toMark((await documents.read(name))?.value);
}

/** Moves a mark on. One that has come further meanwhile stays. */
export async function writeMark(documents: DocumentStore, name: string, mark: LetterMark): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await documents.read(name);
    const former = toMark(found?.value);
    if (former !== undefined && former.until > mark.until) return;
    if ((await documents.write(name, mark, found ?? { nothingThere: true })) === 'written') return;
  }
  throw new BlobmirrorError('race-lost', `the document ${name} would not come to rest`);
}

/** `{until}` alone is a mark, too: an operator may have written it. */
function toMark(value: unknown): LetterMark | undefined {
  if (typeof value !== 'object' || value === null || !('until' in value)) return undefined;
  const { until } = value;
  if (typeof until !== 'string') return undefined;
  const ids =
    'ids' in value && Array.isArray(value.ids) ? value.ids.filter((id) => typeof id === 'string') : [];
  return { until, ids };
}
