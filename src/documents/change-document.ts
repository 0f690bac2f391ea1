import { type DocumentKind, type FoundDocument, parseDocument } from './document-kind.ts';
import { BlobmirrorError } from '../model/errors.ts';
import type { DocumentStore } from '../ports/document-store.ts';

/** Reads a document as one of its kind. @throws BlobmirrorError any storage code */
export async function readDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<FoundDocument<Value>> {
  return parseDocument(kind, name, await documents.read(name));
}

/**
 * The same where nothing can go on without it. Undefined: there is none.
 *
 * @throws BlobmirrorError `document-damaged`, or any storage code
 */
export async function readWholeDocument<Value>(
  documents: Pick<DocumentStore, 'read'>,
  kind: DocumentKind<Value>,
  name: string,
): Promise<Value | undefined> {
  const found = await readDocument(documents, kind, name);
  if (found.state === 'damaged') throw found.error;
  return found.state === 'there' ? found.value : undefined;
}

const MOST_TRIES = 20;

/**
 * Changes a document by compare-and-swap. `toChanged` may be asked several times, and says undefined when nothing is to
 * be changed; it is told of a damaged one as of one that is not there, in whose place the changed one is written.
 * Resolves to what was there before, and whether it was changed.
 *
 * @throws BlobmirrorError any storage code, or `race-lost`
 */
export async function changeDocument<Value>(
  documents: Pick<DocumentStore, 'read' | 'write'>,
  kind: DocumentKind<Value>,
  name: string,
  toChanged: (before: Value | undefined, found: FoundDocument<Value>) => Value | undefined,
): Promise<{ readonly found: FoundDocument<Value>; readonly isChanged: boolean }> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const stored = await documents.read(name);
    const found = parseDocument(kind, name, stored);
    const changed = toChanged(found.state === 'there' ? found.value : undefined, found);
    if (changed === undefined) return { found, isChanged: false };
    if ((await documents.write(name, changed, stored ?? { nothingThere: true })) === 'written')
      return { found, isChanged: true };
  }
  throw new BlobmirrorError('race-lost', `the document ${name} would not come to rest`);
}
