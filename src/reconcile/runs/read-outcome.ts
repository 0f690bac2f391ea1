import type { DocumentStore } from '../../ports/document-store.ts';
import { readWholeDocument } from '../../ports/read-document.ts';
import { outcomeName, type SliceName } from './document-names.ts';
import { OUTCOME_DOCUMENT, type SliceOutcome } from './slice-outcome.ts';

/**
 * What came of a slice before; undefined when nobody got so far.
 *
 * @throws BlobmirrorError `document-damaged`, or any storage code
 */
export async function readOutcome(
  { documents }: { readonly documents: Pick<DocumentStore, 'read'> },
  slice: SliceName,
): Promise<SliceOutcome | undefined> {
  return await readWholeDocument(documents, OUTCOME_DOCUMENT, outcomeName(slice));
}
