import { BlobmirrorError } from '../model/errors.js';
import type { DocumentStore } from './document-store.js';

const MOST_TRIES = 20;

/**
 * Changes a document by compare-and-swap. `toChanged` may be asked several times, and says undefined when nothing is to
 * be changed; what it is given was written by us alone. Resolves to what was there before, and whether it was changed.
 *
 * @throws BlobmirrorError any storage code, or `race-lost`
 */
export async function changeDocument<Document>(
  documents: DocumentStore,
  name: string,
  toChanged: (before: Document | undefined) => Document | undefined,
): Promise<{ readonly before: Document | undefined; readonly isChanged: boolean }> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const found = await documents.read(name);
    const before = found?.value as Document | undefined;
    const changed = toChanged(before);
    if (changed === undefined) return { before, isChanged: false };
    if ((await documents.write(name, changed, found ?? { nothingThere: true })) === 'written')
      return { before, isChanged: true };
  }
  throw new BlobmirrorError('race-lost', `the document ${name} would not come to rest`);
}
