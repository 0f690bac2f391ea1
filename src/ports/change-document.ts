import { BlobmirrorError } from '../model/errors.ts';
import { type DocumentKind, type FoundDocument, parseDocument } from '../model/document-kind.ts';
import type { DocumentStore } from './document-store.ts';

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
